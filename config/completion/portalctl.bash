# Completes portalctl(8) in bash. Made by "portalctl completion bash": do not edit.

_portalctl() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
  local path= word words= options= files= value= i
  COMPREPLY=()
  if [[ $cur == = ]]; then
    cur=
  elif [[ $prev == = ]]; then
    prev=${COMP_WORDS[COMP_CWORD - 2]}
  fi

  for ((i = 1; i < COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    if [[ -n $value ]]; then
      [[ $word == = ]] || value=
      continue
    fi
    case $word in
      --after | --ahv | --audience | --channel | --file | --gateway | --language | --limit | --output | --portal | --relay | --socket | --state) value=1 ;;
      -* | =) ;;
      *)
        case "$path $word" in
          ' accounts' | \
            ' audit' | \
            ' codes' | \
            ' completion' | \
            ' config' | \
            ' key' | \
            ' mail' | \
            ' outbox' | \
            ' persons' | \
            ' sessions' | \
            ' sms' | \
            ' status' | \
            'accounts allow-enrolment' | \
            'accounts disable' | \
            'accounts enable' | \
            'accounts erase' | \
            'accounts export' | \
            'accounts list' | \
            'accounts lock' | \
            'accounts reset-factor' | \
            'accounts show' | \
            'accounts start-reset' | \
            'accounts unlock' | \
            'audit list' | \
            'audit verify' | \
            'codes issue' | \
            'codes reissue' | \
            'config check' | \
            'key activate' | \
            'key generate' | \
            'key rotate' | \
            'key status' | \
            'mail test' | \
            'outbox list' | \
            'outbox retry' | \
            'outbox show' | \
            'persons import' | \
            'sessions end' | \
            'sessions list' | \
            'sms test')
            path=${path:+$path }$word ;;
        esac ;;
    esac
  done

  case $prev in
    --state)
      mapfile -t COMPREPLY < <(compgen -W 'any expired failed handed_over sent waiting' -- "$cur")
      return ;;
    --language)
      mapfile -t COMPREPLY < <(compgen -W 'de en fr it' -- "$cur")
      return ;;
    --channel)
      mapfile -t COMPREPLY < <(compgen -W 'mail sms' -- "$cur")
      return ;;
    --file | --output | --socket)
      compopt -o filenames 2> /dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$cur")
      return ;;
    --after | --ahv | --audience | --channel | --file | --gateway | --language | --limit | --output | --portal | --relay | --socket | --state)
      return ;;
  esac

  options='--csv --help --json --quiet --socket --version -h -q'
  case $path in
    '') words='accounts audit codes completion config key mail outbox persons sessions sms status' ;;
    'persons') words='import' ;;
    'persons import') files=1 options+=' --dry-run' ;;
    'codes') words='issue reissue' ;;
    'codes issue') options+=' --ahv --audience --portal' ;;
    'codes reissue') options+=' --ahv --audience --file --output --portal' ;;
    'accounts') words='allow-enrolment disable enable erase export list lock reset-factor show start-reset unlock' ;;
    'accounts list') options+=' --after --limit' ;;
    'accounts show') options+=' --reveal' ;;
    'accounts export') options+=' --ahv' ;;
    'accounts erase') options+=' --ahv' ;;
    'accounts disable') ;;
    'accounts enable') ;;
    'accounts lock') ;;
    'accounts unlock') ;;
    'accounts start-reset') ;;
    'accounts reset-factor') ;;
    'accounts allow-enrolment') ;;
    'sessions') words='end list' ;;
    'sessions list') ;;
    'sessions end') ;;
    'audit') words='list verify' ;;
    'audit list') options+=' --after --limit' ;;
    'audit verify') ;;
    'outbox') words='list retry show' ;;
    'outbox list') options+=' --after --channel --limit --state' ;;
    'outbox show') ;;
    'outbox retry') ;;
    'mail') words='test' ;;
    'mail test') options+=' --language --relay' ;;
    'sms') words='test' ;;
    'sms test') options+=' --gateway --language' ;;
    'key') words='activate generate rotate status' ;;
    'key generate') files=1 ;;
    'key rotate') files=1 ;;
    'key activate') ;;
    'key status') ;;
    'config') words='check' ;;
    'config check') files=1 ;;
    'completion') words='bash' ;;
    'status') ;;
  esac

  if [[ $cur == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$options" -- "$cur")
  elif [[ -n $files ]]; then
    compopt -o filenames 2> /dev/null
    mapfile -t COMPREPLY < <(compgen -f -- "$cur")
  else
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
  fi
}

complete -F _portalctl portalctl
