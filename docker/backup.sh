#!/bin/sh
# Database and pictures into /backups: every night, or now with "once". The keys are not in it: keep secrets/ elsewhere.
set -eu
BACKUPS="${BACKUPS:-/backups}"
DATA="${DATA:-/data}"
PGPASSWORD="$(cat "${PGPASSWORD_FILE:-/run/secrets/postgres_password}")"
export PGPASSWORD

# Every step asks for the one before: "set -e" does not hold in a function whose outcome is looked at,
# and half a copy must never bear the name of a whole one.
copy() {
  day=$(date -u +%Y%m%d-%H%M%S)
  pg_dump --format=custom --file="$BACKUPS/$day.dump.part" && pictures && mv "$BACKUPS/$day.dump.part" "$BACKUPS/$day.dump" || return 1
  echo "backup $day written"
}

pictures() {
  [ -d "$DATA/media" ] || return 0
  tar -C "$DATA" -czf "$BACKUPS/$day.media.tar.gz.part" media || return 1
  mv "$BACKUPS/$day.media.tar.gz.part" "$BACKUPS/$day.media.tar.gz"
}

if [ "${1:-}" = once ]; then
  copy
  exit 0
fi
while true; do
  if copy; then
    # Old copies go only when there is a new one.
    find "$BACKUPS" -type f -mtime +"$KEEP_DAYS" -delete
    sleep 86400
  else
    rm -f "$BACKUPS"/*.part
    echo "backup failed, tried again in an hour" >&2
    sleep 3600
  fi
done
