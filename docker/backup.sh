#!/bin/sh
# Database and pictures into /backups: every night, or now with "once". The keys are not in it: keep secrets/ elsewhere.
set -eu
export PGPASSWORD="$(cat /run/secrets/postgres_password)"

copy() {
  day=$(date -u +%Y%m%d-%H%M%S)
  pg_dump --format=custom --file="/backups/$day.dump.part"
  mv "/backups/$day.dump.part" "/backups/$day.dump"
  if [ -d /data/media ]; then
    tar -C /data -czf "/backups/$day.media.tar.gz.part" media
    mv "/backups/$day.media.tar.gz.part" "/backups/$day.media.tar.gz"
  fi
  echo "backup $day written"
}

if [ "${1:-}" = once ]; then
  copy
  exit 0
fi
while true; do
  copy || echo "backup failed, tried again in an hour" >&2
  find /backups -type f -mtime +"$KEEP_DAYS" -delete
  sleep "$([ -e "/backups/$day.dump" ] && echo 86400 || echo 3600)"
done
