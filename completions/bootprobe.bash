# Completion of bootprobe for bash.

_bootprobe() {
	local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} verb=${COMP_WORDS[1]}
	local verbs="read show compare timeline correlate explain acpi gpt cpio proxmox"
	local words=

	COMPREPLY=()
	if [ "$COMP_CWORD" -eq 1 ]; then
		mapfile -t COMPREPLY < <(compgen -W "$verbs --help --version" -- "$current")
		return
	fi
	if [ "$current" = = ]; then
		current=
	elif [ "$previous" = = ]; then
		previous=${COMP_WORDS[COMP_CWORD-2]}
	fi
	case $previous in
	--output) [ "$verb" = timeline ] || [ "$verb" = correlate ] || [ "$verb" = cpio ] || words="text records json journal prometheus" ;;
	--color) words="auto always never" ;;
	--sector-size) words="512 4096" ;;
	--modules) words=$(cd /lib/modules 2>/dev/null && echo *) ;;
	--boot | --boot-a | --boot-b | --started | --timeout | --width | --offset | --zone | --until) return ;;
	--parameters) words="bootprobe.record=full bootprobe.record=exit bootprobe.heal=console" ;;
	--config | --hook | --root) ;;
	*)
		case $verb in
		read) words="--follow --console --boot --boots --json --output --started --color --help" ;;
		show) words="--boot --boots --json --output --started --color --help" ;;
		compare) words="--boot-a --boot-b --all --json --color --help" ;;
		timeline) words="--output --width --boot --json --color --help" ;;
		correlate) words="--offset --zone --until --output --width --boot --json --color --help" ;;
		explain | acpi) words="--json --help" ;;
		gpt) words="--json --sector-size --backing --timeout --help" ;;
		cpio) words="--output --modules --root --zstd --hook --help" ;;
		proxmox) words="--config --parameters --json --help" ;;
		esac
		case $current in
		-*) ;;
		*)
			words=
			[ "$verb" != explain ] || words=$(bootprobe explain 2>/dev/null | cut -d " " -f 1)
			;;
		esac
		;;
	esac
	if [ -n "$words" ]; then
		mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
	elif [ "$verb" != show ] && [ "$verb" != explain ]; then
		mapfile -t COMPREPLY < <(compgen -f -- "$current")
		compopt -o filenames 2>/dev/null
	fi
}

complete -F _bootprobe bootprobe
