#!/usr/bin/env bash
# Speaks every text of prompts.json with espeak-ng and stores it beside as G.722: 16 kHz, 8 KB a second, no header.
# Needs node, espeak-ng and ffmpeg. Run it after a text has changed, and commit the sound with the text.
set -euo pipefail
cd "$(dirname "$0")"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

node -e 'for (const [name, text] of Object.entries(require("./prompts.json"))) console.log(`${name}\t${text}`)' |
  while IFS=$'\t' read -r name text; do
    voice=en-us speed=175
    case $name in talker-*) voice=en-gb speed=190 ;; esac
    espeak-ng -v "$voice" -s "$speed" -g 1 -w "$scratch/$name.wav" "$text" </dev/null
    ffmpeg -nostdin -loglevel error -y -i "$scratch/$name.wav" -map_metadata -1 \
      -af "silenceremove=start_periods=1:start_threshold=-50dB,areverse,silenceremove=start_periods=1:start_threshold=-50dB,areverse,volume=0.8,adelay=40,apad=pad_dur=0.16" \
      -ar 16000 -ac 1 -c:a g722 -f g722 "$name.g722"
  done
du -cb ./*.g722 | tail -1
