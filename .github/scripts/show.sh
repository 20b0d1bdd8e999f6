#!/usr/bin/env bash
# Runs a command and shows what it prints, in the log and in the job's summary, as text and nothing else:
#   show.sh TITLE COMMAND [ARGUMENT...]
# Others wrote part of that text: a pull request's config, a model's `reason`. In the log no workflow command of it is
# obeyed; in the summary it is HTML text, so that no fence or tag of it counts. $SHOWN, where it is set, gets it as it is.
# Exit code: the command's.
set -uo pipefail
title=$1
shift
text=$(mktemp)
token=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')

echo "::stop-commands::$token"
# The command needs neither the runner's files, which steer later steps, nor the means to ask for another token.
env -u GITHUB_ENV -u GITHUB_PATH -u GITHUB_OUTPUT -u GITHUB_STATE -u GITHUB_STEP_SUMMARY -u SHOWN \
  -u ACTIONS_ID_TOKEN_REQUEST_TOKEN -u ACTIONS_ID_TOKEN_REQUEST_URL "$@" 2>&1 | tee "$text"
status=${PIPESTATUS[0]}
printf '\n::%s::\n' "$token"

{
  printf '### %s\n\n<pre>\n' "$title"
  # Control characters go, & < > become entities; GitHub takes a summary of 1 MiB.
  LC_ALL=C tr -d '\000-\010\013-\037\177' < "$text" | sed 's/&/\&amp;/g; s/</\&lt;/g; s/>/\&gt;/g' | head -c 900000
  printf '\n</pre>\n\n'
} >> "$GITHUB_STEP_SUMMARY"
if [ -n "${SHOWN:-}" ]; then cp "$text" "$SHOWN"; fi
rm -f "$text"
exit "$status"
