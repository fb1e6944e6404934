#!/usr/bin/env bash
# bench-server.sh BUILD [ROUNDS]: what a request costs markdown-server, beside nginx and lighttpd, which send a page that
# is there already, and beside a server in C with libcmark (harness/bench/cmark_server.c), which renders it as ours does.
# In each round wrk asks all of them in turn (one thread, 64 connections), on connections that stay open and on new ones;
# processor time is the server's own, from /proc; the figures are medians of the rounds. Then the time within which 99 of
# 100 answers come with 256 connections. The machine may be busy: compare ratios.
#
# README.md says what it measured.
#
# Exit: 0, or 3 where something that it needs is missing; it is then named, with the remedy.
set -eu
build=$(realpath "$1")
rounds=${2:-7}
machine=$("$build/bytegate" machines host | cut -d ' ' -f 1)
ours=$build/elf/markdown-server_$machine
PATH=$PATH:/usr/sbin:/sbin

# need COMMAND TARGET: what make calls that installs it. The servers have one of their own, which does not start them.
need() {
  command -v "$1" >/dev/null || {
    printf 'bench-server.sh: %s is missing: make %s installs it\n' "$1" "$2" >&2
    exit 3
  }
}
need wrk setup-bench
need nginx setup-gallery
need lighttpd setup-gallery

folder=$(mktemp -d)
pids=()
finish() {
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  wait 2>/dev/null || true
  rm -rf "$folder"
}
trap finish EXIT

# The document: 4 KB of README.md, cut where a line ends; and the page that it is.
mkdir "$folder/site"
head -c 4096 "$(dirname "$0")/../README.md" | sed '$d' >"$folder/document.md"
"$build/elf/markdown-render_$machine" "$folder/document.md" >"$folder/site/index.html"

# free_port: one that nobody listens on, as our server finds it.
free_port() {
  local pid line
  "$ours" -p 0 "$folder/document.md" >"$folder/line" 2>/dev/null &
  pid=$!
  read -r line <"$folder/line"
  kill "$pid"
  line=${line%/}
  echo "${line##*:}"
}

mkfifo "$folder/line"
mkdir "$folder/docs"
cp "$folder/document.md" "$folder/docs/index.md"
names=(ours ours-cache ours-folder ours-workers nginx lighttpd c-libcmark)
ports=()

# begun PID PORT: the server of that process listens there, or will within ten seconds.
begun() {
  pids+=("$1")
  ports+=("$2")
  for _ in $(seq 100); do
    "$ours" --check "http://127.0.0.1:$2/" 2>/dev/null && return
    sleep 0.1
  done
  printf 'bench-server.sh: the server at port %s does not answer\n' "$2" >&2
  exit 1
}

# ours ARGUMENT...: our server, of that file or folder, at a port that is free.
ours() {
  local pid line
  "$ours" -p 0 "$@" >"$folder/line" 2>"$folder/ours.err" &
  pid=$!
  read -r line <"$folder/line"
  line=${line%/}
  begun "$pid" "${line##*:}"
}
ours --cache=0 "$folder/document.md"
ours --cache=1M "$folder/document.md"
ours "$folder/docs"
ours --cache=1M --workers=2 "$folder/document.md"

port=$(free_port)
cat >"$folder/nginx.conf" <<CONF
daemon off;
master_process off;
pid $folder/nginx.pid;
error_log $folder/nginx.log;
events { worker_connections 4096; }
http {
  access_log off;
  types { text/html html; }
  charset utf-8;
  sendfile on;
  tcp_nodelay on;
  keepalive_requests 100000000;
  client_body_temp_path $folder/body;
  proxy_temp_path $folder/proxy;
  fastcgi_temp_path $folder/fastcgi;
  uwsgi_temp_path $folder/uwsgi;
  scgi_temp_path $folder/scgi;
  server { listen 127.0.0.1:$port backlog=4096; root $folder/site; }
}
CONF
nginx -p "$folder" -c "$folder/nginx.conf" 2>"$folder/nginx.err" &
begun $! "$port"

port=$(free_port)
cat >"$folder/lighttpd.conf" <<CONF
server.document-root = "$folder/site"
server.bind = "127.0.0.1"
server.port = $port
server.errorlog = "$folder/lighttpd.log"
server.max-keep-alive-requests = 100000000
server.max-connections = 4096
index-file.names = ("index.html")
mimetype.assign = (".html" => "text/html; charset=utf-8")
CONF
lighttpd -D -f "$folder/lighttpd.conf" 2>"$folder/lighttpd.err" &
begun $! "$port"

"$build/bench/cmark_server" "$folder/document.md" >"$folder/line" &
pid=$!
read -r port <"$folder/line"
begun "$pid" "$port"

# ticks PID: its processor time so far, user and system, and that of its workers, in clock ticks.
ticks() {
  local workers
  read -r -a workers <"/proc/$1/task/$1/children" || true
  for pid in "$1" "${workers[@]}"; do cat "/proc/$pid/stat"; done |
    awk '{ sub(/.*\) /, ""); user += $12; system_time += $13 } END { print user, system_time }'
}

# ask INDEX HOW: adds a line to the file of that server and HOW: user, system in microseconds a request.
ask() {
  local header=() before after
  [ "$2" = keep-alive ] || header=(-H 'Connection: close')
  before=$(ticks "${pids[$1]}")
  wrk -t1 -c64 -d2s "${header[@]}" "http://127.0.0.1:${ports[$1]}/" >"$folder/wrk"
  after=$(ticks "${pids[$1]}")
  ! grep -q 'Non-2xx' "$folder/wrk" || {
    printf 'bench-server.sh: %s answers something else than 200\n' "${names[$1]}" >&2
    exit 1
  }
  awk -v before="$before" -v after="$after" -v hertz="$(getconf CLK_TCK)" '/requests in/ {
    split(before, b); split(after, a)
    for (i = 1; i <= 2; i++) printf "%.3f ", (a[i] - b[i]) * 1e6 / hertz / $1
    printf "%.3f\n", (a[1] + a[2] - b[1] - b[2]) * 1e6 / hertz / $1
  }' "$folder/wrk" >>"$folder/${names[$1]}.$2"
}

# latency INDEX: adds the time within which 99 of 100 answers come, in milliseconds.
latency() {
  wrk -t1 -c256 -d2s --latency "http://127.0.0.1:${ports[$1]}/" | awk '$1 == "99%" {
    value = $2 + 0
    print $2 ~ /us$/ ? value / 1000 : $2 ~ /ms$/ ? value : value * 1000
  }' >>"$folder/${names[$1]}.latency"
}

for _ in $(seq "$rounds"); do
  for index in "${!names[@]}"; do
    ask "$index" keep-alive
    ask "$index" close
    latency "$index"
  done
done

# middle FILE COLUMN
middle() { sort -n -k "$2,$2" "$1" | awk -v c="$2" '{ value[NR] = $c } END { print value[int((NR + 1) / 2)] }'; }

printf 'A page of %d bytes, of a document of %d; medians of %d rounds\n' "$(wc -c <"$folder/site/index.html")" \
  "$(wc -c <"$folder/document.md")" "$rounds"
for how in keep-alive close; do
  printf '\n%s: processor time a request, in microseconds\n%-12s %8s %8s %8s %12s\n' "$how" '' user system both \
    'times nginx'
  base=$(middle "$folder/nginx.$how" 3)
  for name in "${names[@]}"; do
    printf '%-12s %8.1f %8.1f %8.1f %12.2f\n' "$name" "$(middle "$folder/$name.$how" 1)" \
      "$(middle "$folder/$name.$how" 2)" "$(middle "$folder/$name.$how" 3)" \
      "$(awk -v a="$(middle "$folder/$name.$how" 3)" -v b="$base" 'BEGIN { print a / b }')"
  done
done
printf '\n256 connections: 99 of 100 answers come within, in milliseconds\n'
base=$(middle "$folder/nginx.latency" 1)
for name in "${names[@]}"; do
  printf '%-12s %8.1f %12.2f times nginx\n' "$name" "$(middle "$folder/$name.latency" 1)" \
    "$(awk -v a="$(middle "$folder/$name.latency" 1)" -v b="$base" 'BEGIN { print a / b }')"
done
# SPDX-License-Identifier: MIT
