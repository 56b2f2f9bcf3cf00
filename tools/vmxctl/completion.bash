# SPDX-License-Identifier: GPL-2.0
# completion.bash: bash completion of vmxctl
# shellcheck shell=bash

_vmxctl() {
	local word=${COMP_WORDS[COMP_CWORD]} before='' command=${COMP_WORDS[1]:-} words
	local commands='kernel list gaps map top stats alloc explain free area walk pgtables record replay snapshot load unload doctor'
	local display='--json --top --min --sort --columns -o --bytes --width --color --ascii --rows --help'
	local pictures='--svg --png --pdf'

	[ "$COMP_CWORD" = 0 ] || before=${COMP_WORDS[COMP_CWORD - 1]}
	# bash takes "--by=caller" for three words.
	if [ "$word" = = ]; then
		word=''
	elif [ "$before" = = ] && [ "$COMP_CWORD" -gt 1 ]; then
		before=${COMP_WORDS[COMP_CWORD - 2]}
	fi
	COMPREPLY=()
	if [ "$COMP_CWORD" = 1 ]; then
		mapfile -t COMPREPLY < <(compgen -W "$commands --help --version" -- "$word")
		return
	fi
	case $before in
	--by)
		words='caller module kind area'
		[ "$command" != pgtables ] || words='run level flag range'
		[[ $command != @(map|top) ]] || words='state size age caller owner'
		[ "$command" != list ] || words='area caller comm pid'
		;;
	--color) words='auto never always 16 256 24bit' ;;
	--sort | -o | --columns) words='size memory areas largest caller module kind addr id requested pages comm pid' ;;
	--svg | --png | --pdf | --from | --file | -f)
		compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -f -- "$word")
		return
		;;
	--fit) words='first best last next all' ;;
	--level) words='pgd p4d pud pmd pte' ;;
	--flag) words='RW ro NX x PSE GLB BLK CON W X' ;;
	--phys | --older | --interval | --range | --seconds | --top | --min | --width | --rows | --caller | -A | -B | --after | --before) return ;;
	*)
		case $command in
		kernel) words="--by --diff --map --openmetrics $pictures $display" ;;
		list) words="--by --older --watch --interval --caller --after --before -A -B --from $display" ;;
		top) words='--interval --by --color --ascii --from --help' ;;
		gaps | stats) words="--from $display" ;;
		map) words="--by --range --from $pictures $display" ;;
		alloc | explain)
			words='align= node= count= fit=first fit=best fit=last fit=next zero huge explain'
			[[ $word != -* ]] || words=$display
			[[ $command$word != explain-* ]] || words+=" --step --from $pictures"
			mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
			return
			;;
		free | area | walk)
			# The ids of the areas that are there.
			words="--json --help"
			[ "$command" = free ] || words+=' --from'
			[[ $word = -* ]] || words=$(vmxctl list -o id 2>/dev/null | sed 1d)
			[ "$command" != free ] || words+=' all'
			mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
			return
			;;
		load)
			words='slice= lazy_max= magazines= map_width='
			[[ $word != -* ]] || words='--file --json --help'
			mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
			return
			;;
		pgtables) words="--by --writable --executable --wx --level --flag --phys --from $display" ;;
		record) words='--vmx --seconds --readings --json --help' ;;
		replay) words="--fit $display $pictures" ;;
		snapshot | unload) words='--json --help' ;;
		doctor) words=$display ;;
		esac
		if [[ $word != -* ]]; then
			compopt -o filenames 2>/dev/null
			mapfile -t COMPREPLY < <(compgen -f -- "$word")
			return
		fi
		;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "${words:-}" -- "$word")
}

complete -F _vmxctl vmxctl
