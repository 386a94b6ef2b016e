# bash completion of zdm: made by zdm completion bash

# The last of a list "a,b,c" is completed from the words of $1.
_zdm_list() {
    local before=''
    [[ $cur == *,* ]] && before=${cur%,*},
    mapfile -t COMPREPLY < <(compgen -P "$before" -W "$1" -- "${cur##*,}")
}

_zdm() {
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} cmd='' i
    COMPREPLY=()
    for ((i = 1; i < COMP_CWORD; i++)); do
        case ${COMP_WORDS[i]} in
        summary|ranges|map|pfn|data|sections|pgmaps|check|oops|kpage|layout|capsule|carve|exec|completion) cmd=${COMP_WORDS[i]}; break ;;
        esac
    done
    case $cmd,$prev in
    ranges,--class) _zdm_list "unknown absent online offline device hole pending reserved altmap boothole stale"; return ;;
    ranges,--output|ranges,-o) _zdm_list "START_PFN END_PFN START_ADDR SIZE PAGES CLASS VALID CASE PGMAP MEMMAP MEMMAP_IN_DUMP REASON"; return ;;
    ranges,--color) _zdm_list "always never auto"; return ;;
    map,--section) _zdm_list ""; return ;;
    map,--pgmap) _zdm_list ""; return ;;
    map,--color) _zdm_list "always never auto"; return ;;
    sections,--section) _zdm_list ""; return ;;
    sections,--output|sections,-o) _zdm_list "NR START_PFN END_PFN FLAGS BLOCK SECTION USAGE SUBSECTIONS"; return ;;
    check,--sample) _zdm_list ""; return ;;
    layout,--release) _zdm_list ""; return ;;
    carve,--dump-level) _zdm_list ""; return ;;
    exec,--dump-level) _zdm_list ""; return ;;
    exec,--memory-limit) _zdm_list ""; return ;;
    exec,--time-limit) _zdm_list ""; return ;;
    esac
    if [[ $cur == -* ]]; then
        case $cmd in
        summary) i=" --vmlinux --layout -J --json -q --quiet -h --help --version" ;;
        ranges) i=" --class -o --output --bytes --noheadings --color --vmlinux --layout -J --json -q --quiet -h --help --version" ;;
        map) i=" --section --pgmap --color --html --svg -f --force --vmlinux --layout -J --json -q --quiet -h --help --version" ;;
        pfn) i=" --vmlinux --layout -J --json -q --quiet -h --help --version" ;;
        data) i=" --vmlinux --layout -J --json -q --quiet -h --help --version" ;;
        sections) i=" --section -o --output --noheadings --vmlinux --layout -J --json -q --quiet -h --help --version" ;;
        pgmaps) i=" --vmlinux --layout -J --json -q --quiet -h --help --version" ;;
        check) i=" --all --sample --vmlinux --layout -J --json -q --quiet -h --help --version" ;;
        oops) i=" --text --vmlinux --layout -J --json -q --quiet -h --help --version" ;;
        kpage) i=" --list --save -f --force --vmlinux --layout -J --json -q --quiet -h --help --version" ;;
        layout) i=" --live -o --output --kallsyms --btf --release -f --force --vmlinux --layout -J --json -q --quiet -h --help --version" ;;
        capsule) i=" -f --force --vmlinux --layout -J --json -q --quiet -h --help --version" ;;
        carve) i=" --dump-level --drop-device-memmap --dry-run --add-altmap --altmap-from --in-place -f --force --vmlinux --layout -J --json -q --quiet -h --help --version" ;;
        exec) i=" --vmcore --dump-level --drop-device-memmap --add-altmap --altmap-from --memory-limit --time-limit --vmlinux --layout -J --json -q --quiet -h --help --version" ;;
        completion) i=" --vmlinux --layout -J --json -q --quiet -h --help --version" ;;
        *) i=" --vmlinux --layout -J --json -q --quiet -h --help --version" ;;
        esac
        mapfile -t COMPREPLY < <(compgen -W "$i" -- "$cur")
    elif [[ -z $cmd && $prev != --vmlinux && $prev != --layout ]]; then
        mapfile -t COMPREPLY < <(compgen -W "summary ranges map pfn data sections pgmaps check oops kpage layout capsule carve exec completion" -- "$cur")
    elif [[ $cmd == completion ]]; then
        mapfile -t COMPREPLY < <(compgen -W "bash zsh fish" -- "$cur")
    else
        mapfile -t COMPREPLY < <(compgen -f -- "$cur")
    fi
}
complete -o filenames -F _zdm zdm
