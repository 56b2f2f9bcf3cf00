# SPDX-License-Identifier: GPL-2.0
# help.sh: --help, manual page, completion and docs: they agree; scripts/test-tools runs it

# shellcheck shell=bash disable=SC2154 # scripts/test-tools sets the variables

documented() {
	vmxctl --help >help
	# shellcheck disable=SC2013 # they are words
	for command in $(sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p' help); do
		vmxctl "$command" --help >help-command
		has "^Example" help-command
		has "^  vmxctl $command" help-command
		has "^\.SS $command" "$source/vmxctl.1"
		has "^### $command" "$top/docs/vmxctl.md"
		# Each long option is in the manual page and completed.
		# shellcheck disable=SC2013
		for option in $(grep -oE -- '--[a-z-]+' help-command | sort -u); do
			[[ " --help --usage --version " != *" $option "* ]] || continue
			grep -qF -- "${option//-/\\-}" "$source/vmxctl.1" || { echo "no $option in vmxctl.1"; return 1; }
			grep -qF -- "$option" "$source/completion.bash" || { echo "no $option in completion.bash"; return 1; }
		done
	done
}

completion() {
	# shellcheck disable=SC1091
	. "$source/completion.bash"
	complete_words() {
		COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
		_vmxctl
		echo "${COMPREPLY[*]}"
	}
	same kernel "$(complete_words vmxctl ker)"
	same "caller module kind area" "$(complete_words vmxctl kernel --by '')"
	same --openmetrics "$(complete_words vmxctl kernel --open)"
}

try "help, manual page, completion and docs agree" documented
try "bash completion" completion
