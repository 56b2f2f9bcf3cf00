# SPDX-License-Identifier: GPL-2.0
# doctor.sh: vmxctl doctor: the logs that it knows; scripts/test-tools runs it

# shellcheck shell=bash disable=SC2154 # scripts/test-tools sets the variables

doctor_reads_logs() {
	printf '%s\n' '  BTF [M] vmx.ko' 'Skipping BTF generation for vmx.ko due to unavailability of vmlinux' \
		'At main.c:160:' '- SSL error:FFFFFFFF80000002:system library::No such file or directory: ../crypto/bio/bss_file.c:67' >log
	exits 0 vmxctl doctor log --json
	jq -e 'map([.what, .good]) == [["BTF", true], ["signature", true]]' stdout
	echo "Warning: modules_install: missing 'System.map' file. Skipping depmod." >>log
	exits 1 vmxctl doctor - --json <log
	jq -e 'map(.what) == ["BTF", "signature", "depmod"] and (.[2] | .good == false and (.finding | contains("depmod -a")))' stdout
	vmxctl doctor log >text || :
	has 'depmod -a$' text
	echo 'gcc: fatal error' >other
	exits 0 vmxctl doctor other
	has 'nothing in it is known' stderr
	exits 4 vmxctl doctor nothing
	# A slice fits into RAM.
	[ "$(id -u)" != 0 ] || [ ! -s /proc/meminfo ] || [ -z "$(head -c 1 /proc/vmallocinfo)" ] || {
		vmxctl doctor --json >findings || :
		fits=$(jq -r '.[] | select(.what == "slice") | .finding' findings | sed 's/at most \(.*\) fits now/\1/' | numfmt --from=iec)
		[ "$fits" -gt 0 ]
		[ "$fits" -le $(($(sed -n 's/^MemTotal: *\([0-9]*\) kB/\1/p' /proc/meminfo) * 1024 * 21 / 20)) ]
	}
}

try "doctor: logs, and a slice that fits" doctor_reads_logs
