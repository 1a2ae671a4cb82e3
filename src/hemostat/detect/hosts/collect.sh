#!/bin/sh
# What a host is asked from inside, in one file of POSIX sh that needs nothing: it prints a snapshot to stdout.
# docs/collect-format.md describes the snapshot; hemostat.snapshots reads it.
#
# It writes nothing, changes nothing, opens no connection, and prints no private key, password, environment or command
# line. Root sees all; another user sees less, and what could not be seen is said in records of its own (`unread`).
# Runs under dash, BusyBox ash, bash and FreeBSD's sh, by a path or from stdin (ssh HOST sh -s -- OPTIONS <collect.sh).
#
# Everything is a function, called by the last line: a script that arrives cut in half does nothing.

usage() {
    cat <<'HELP'
usage: collect.sh [OPTION]…

  --only SECTION,…        of system, copies, packages, package-events, processes, sockets, keys (default: all)
  --root DIR              look at the tree below DIR (a chroot, an unpacked image) in place of this host
  --other-file-systems    search all mounted file systems, not only those that hold the system
  --with-files            carry the libraries themselves, to be proved elsewhere
  --limit-seconds N       end the search for copies after N seconds (default 300)
  --limit-size BYTES      read no file larger than this (default 67108864)
  --help                  this

Prints a snapshot to stdout: a line a record, described in docs/collect-format.md. It is read-only.
Exit status: 0 the snapshot is whole (its last line is `end`), 2 wrong usage.
HELP
}

FORMAT=1
SECTIONS='system copies packages package-events processes sockets keys'

# At most so many of what an enemy, or an odd host, could make without number.
MOST_COPIES=4096
MOST_UNREAD=256
MOST_MAPPED_COPIES=256
# Objects of one process: its record is one line, and a reader takes none past 262144 bytes.
MOST_OBJECTS=4096
MOST_OWNERS=512

NL='
'

# Lines of /proc/PID/maps: executable, of a file.
MAPPED='^[^ ]* ..x. [^ ]* [^ ]* [1-9]'

# What is in OpenSSL's code of every version, and what is only where heartbeats are. No -F: BusyBox would then end a line
# at its first NUL byte.
ANY_TEXT='OpenSSL [0-9]\.[0-9]' HEARTBEAT=tls1_process_heartbeat
VERSION_TEXT='OpenSSL [0-9]\{1,2\}\.[0-9]\{1,2\}\.[0-9]\{1,2\}[ -~]\{0,60\}'

# ---------------------------------------------------------------------------------------------------------------------
# Records

# Bytes 0x20 to 0x7E but % stand for themselves, all others are %XX. LC_ALL=C makes characters bytes in every awk.
# shellcheck disable=SC2016  # the $ are awk's
AWK_ENCODE='
function encode(text,  out, i, c) {
    if (text !~ /[^ -~]|%/) return text
    if (!("\n" in HEX)) for (i = 1; i < 256; i++) HEX[sprintf("%c", i)] = sprintf("%%%02X", i)
    out = ""
    for (i = 1; i <= length(text); i++) {
        c = substr(text, i, 1)
        out = out ((c ~ /[^ -~]|%/) ? HEX[c] : c)
    }
    return out
}
function item(text) { text = encode(text); gsub(/,/, "%2C", text); return text }
function field(key, value) { return (value == "") ? "" : "\t" key "=" encode(value) }
function list(key, value,  items, n, i, out) {
    n = split(value, items, "\n"); out = ""
    for (i = 1; i <= n; i++) if (items[i] != "") out = out ((out == "") ? "" : ",") item(items[i])
    return (out == "") ? "" : "\t" key "=" out
}
'

# emit TYPE KEY VALUE …: one record; a field without value is left out; KEY[] is a list, an item a line of its value.
emit() {
    # shellcheck disable=SC2016
    awk "$AWK_ENCODE"'BEGIN {
        line = ARGV[1]
        for (i = 2; i + 1 < ARGC; i += 2) {
            key = ARGV[i]
            if (sub(/\[\]$/, "", key)) line = line list(key, ARGV[i + 1])
            else line = line field(key, ARGV[i + 1])
        }
        print line
    }' "$@"
}

unread() { emit unread what "$1" where "$2" why "$3"; }

# decode TEXT: sets $decoded. In the shell, since $( ) would take newlines off the end of a name.
decode() {
    case $1 in
        *%* | *\\*)
            # shellcheck disable=SC2016
            decoded=$(printf '%s\n' "$1" | awk '{
                digits = "0123456789ABCDEF"; out = ""
                for (i = 1; i <= length($0); i++) {
                    c = substr($0, i, 1)
                    if (c == "%") {
                        high = index(digits, substr($0, i + 1, 1)) - 1; low = index(digits, substr($0, i + 2, 1)) - 1
                        out = out sprintf("\\0%03o", high * 16 + low); i += 2
                    } else out = out (c == "\\" ? "\\0134" : c)
                }
                print out
            }')
            decoded=$(printf '%b.' "$decoded")
            decoded=${decoded%.}
            ;;
        *) decoded=$1 ;;
    esac
}

# Counts what passes: into `finish` the records of its section, into `end` all lines between the first and the last.
# `end` comes only from a collector that reached its own end, so a snapshot without it was cut.
count_records() {
    awk '
        /^end$/ { printf "end\trecords=%d\n", total; exit }
        /^begin\t/ { inside = 0 }
        /^finish\t/ { print $0 "\trecords=" inside; total++; next }
        !/^begin\t/ { inside++ }
        { if (NR > 1) total++; print }
    '
}

# ---------------------------------------------------------------------------------------------------------------------
# What this host has to work with

has() { command -v "$1" >/dev/null 2>&1; }

find_tools() {
    if has sha256sum; then HASH=sha256sum
    elif has sha256; then HASH=sha256
    elif has shasum; then HASH=shasum
    elif has openssl; then HASH=openssl
    else HASH=''
    fi
    if stat -c %i / >/dev/null 2>&1; then STAT=gnu
    elif stat -f %i / >/dev/null 2>&1; then STAT=bsd
    else STAT=''
    fi
    # BusyBox before 1.30 has its own form.
    if timeout 5 true >/dev/null 2>&1; then TIMEOUT=new
    elif timeout -t 5 true >/dev/null 2>&1; then TIMEOUT=old
    else TIMEOUT=''
    fi
    # Some greps end a line at its first NUL byte, and would overlook nearly all of a library.
    if [ "$(printf 'a\000OpenSSL 1.0.1e\n' | grep -c -e "$ANY_TEXT" -e $HEARTBEAT)" = 1 ]; then GREP='whole'
    else GREP='cut'
    fi
}

# timed SECONDS COMMAND…: as well as this host can.
timed() {
    seconds=$1
    shift
    case $TIMEOUT in
        new) timeout "$seconds" "$@" ;;
        old) timeout -t "$seconds" "$@" ;;
        *) "$@" ;;
    esac
}

# sha256: of stdin, 64 hex digits, or nothing without a tool.
sha256() {
    case $HASH in
        sha256sum) sha256sum ;;
        sha256) command sha256 -q ;;
        shasum) shasum -a 256 ;;
        openssl) openssl dgst -sha256 ;;
    esac 2>/dev/null | sed 's/^.*= *//; s/ .*//' | grep '^[0-9a-f]\{64\}$'
}

# status_of FILE: sets device inode size modified mode uid gid; false where it is gone or no regular file.
status_of() {
    device='' inode='' size='' modified='' mode='' uid='' gid=''
    [ -f "$1" ] || return 1
    case $STAT in
        gnu) numbers=$(stat -L -c '%d %i %s %Y %a %u %g' -- "$1" 2>/dev/null) ;;
        bsd) numbers=$(stat -L -f '%d %i %z %m %Lp %u %g' -- "$1" 2>/dev/null) ;;
        *) return 0 ;;
    esac
    # shellcheck disable=SC2086
    set -- $numbers
    [ $# = 7 ] || return 1
    # As the kernel splits a device into major and minor: /proc/PID/maps writes them so.
    # shellcheck disable=SC2017  # the division drops bits on purpose
    device=$(($1 / 256 % 4096)),$(($1 % 256 + $1 / 1048576 * 256))
    inode=$2 size=$3 modified=$4 mode=$5 uid=$6 gid=$7
}

# user_of UID: its name in the passwd file of the tree looked at.
user_of() { [ -z "$1" ] || awk -F: -v uid="$1" '$3 == uid { print $1; exit }' "$ROOT/etc/passwd" 2>/dev/null; }

# ---------------------------------------------------------------------------------------------------------------------
# system

section_system() {
    if [ -z "$ROOT" ]; then
        kernel=$(uname -s) release=$(uname -r) machine=$(uname -m) name=$(uname -n)
        boot_id=$(tr -d '\n-' </proc/sys/kernel/random/boot_id)
        boot_at=$(sed -n 's/^btime //p' /proc/stat)
        if [ -z "$boot_at" ]; then
            boot_at=$(sysctl -n kern.boottime 2>/dev/null | sed -n 's/.*[^u]sec = \([0-9]*\).*/\1/p')
        fi
        ticks=$(getconf CLK_TCK)
    else
        kernel='' release='' machine='' boot_id='' boot_at='' ticks=''
        name=$(sed -n 1p "$ROOT/etc/hostname")
    fi
    host_id=''
    for file in "$ROOT/etc/machine-id" "$ROOT/var/lib/dbus/machine-id" "$ROOT/etc/hostid"; do
        id=$(tr -d '\n-' <"$file" | tr A-F a-f | grep '^[0-9a-f]\{32\}$') || continue
        # machine-id(5) asks that it isn't shown: it is hashed here, as hemostat hashes its own.
        host_id=$(printf 'hemostat host %s' "$id" | sha256 | cut -c 1-32)
        break
    done
    tools=''
    for tool in apk base64 busybox dpkg-query getconf openssl pacman pkg rpm sockstat ss stat systemctl timeout; do
        if has $tool; then tools=$tools$NL$tool; fi
    done
    emit system name "$name" kernel "$kernel" kernel-release "$release" machine "$machine" host-id "$host_id" \
        boot-id "$boot_id" boot-at "$boot_at" ticks "$ticks" utc-offset "$(date +%z)" \
        zone "$(readlink "$ROOT/etc/localtime" | sed -n 's/.*zoneinfo\///p')" 'tools[]' "$tools"
    for file in "$ROOT/etc/os-release" "$ROOT/usr/lib/os-release"; do
        [ -f "$file" ] || continue
        # shellcheck disable=SC2016
        awk "$AWK_ENCODE"'
            function value(key) { return (key in found) ? found[key] : "" }
            match($0, /^[A-Z_]+=/) {
                key = substr($0, 1, RLENGTH - 1); text = substr($0, RLENGTH + 1)
                if (text ~ /^".*"$/ || text ~ /^\047.*\047$/) text = substr(text, 2, length(text) - 2)
                found[key] = text
            }
            END {
                print "os-release" field("id", value("ID")) field("version-id", value("VERSION_ID")) \
                    field("id-like", value("ID_LIKE")) field("codename", value("VERSION_CODENAME")) \
                    field("title", value("PRETTY_NAME"))
            }' "$file"
        break
    done
    # What systems before os-release(5) state, and what tells point releases apart beside it.
    for name in alpine-release arch-release centos-release debian_version fedora-release gentoo-release lsb-release \
        oracle-release redhat-release slackware-version SuSE-release system-release; do
        [ -f "$ROOT/etc/$name" ] || continue
        emit release-file path "/etc/$name" text "$(head -n 4 "$ROOT/etc/$name" | cut -c 1-256)"
    done
    if has freebsd-version && [ -z "$ROOT" ]; then
        emit release-file path /bin/freebsd-version text "$(freebsd-version -u)"
    fi
}

# ---------------------------------------------------------------------------------------------------------------------
# copies

# Where the system lies: the root, and folders of the system that are file systems of their own on this host's disks.
# Network and removable file systems are searched when asked, and named when not.
find_starts() {
    STARTS=${ROOT:-/} LEFT_OUT=''
    if [ -n "$ROOT" ] || [ ! -r /proc/mounts ]; then return; fi
    # shellcheck disable=SC2016
    mounts=$(awk -v all="$OTHER_FILE_SYSTEMS" '
        $3 ~ /^(proc|sysfs|devtmpfs|devpts|cgroup2?|mqueue|debugfs|tracefs|securityfs|pstore|bpf|configfs|fusectl|hugetlbfs|autofs|binfmt_misc|efivarfs|rpc_pipefs|nsfs|selinuxfs)$/ { next }
        $2 == "/" || $2 ~ /^\/(proc|sys|dev)(\/|$)/ { next }
        seen[$2]++ { next }
        {
            own = $2 ~ /^\/(usr|usr\/local|var|var\/lib|var\/lib\/docker|opt|srv|home|root)$/
            local = $3 !~ /^(nfs|cifs|smb|ceph|glusterfs|9p|fuse|afs|overlay|tmpfs|squashfs|iso9660)/
            print (all == "yes" || (own && local) ? "take " : "leave ") $2
        }' /proc/mounts)
    STARTS=$STARTS$NL$(printf '%s\n' "$mounts" | sed -n 's/^take //p')
    LEFT_OUT=$(printf '%s\n' "$mounts" | sed -n 's/^leave //p')
}

# One walk over the disk. Prints a letter and an encoded path a line: N by its name, C by what is in it, L too large to
# be read, then E what could not be read, and S with the status of find.
search() {
    # shellcheck disable=SC2016
    name_them="$AWK_ENCODE"'BEGIN { for (i = 2; i < ARGC; i++) print ARGV[1] encode(ARGV[i]) }'
    # One at a time: names with newlines, which lines can't tell apart, and everything where grep is cut short by NULs.
    # shellcheck disable=SC2016
    one_by_one='
        program=$1 text=$2 heartbeat=$3; shift 3
        for file do
            if tr -c " -~" "\n" <"$file" 2>/dev/null | grep -q -e "$text" -e "$heartbeat"; then awk "$program" C "$file"; fi
        done'
    kilobytes=$((LIMIT_SIZE / 1024))
    IFS=$NL
    set -f
    # shellcheck disable=SC2086  # split at newlines alone, and not globbed
    set -- $STARTS
    set +f
    unset IFS
    set -- "$@" -xdev \( -path "$ROOT/proc" -o -path "$ROOT/sys" -o -path "$ROOT/dev" \) -prune -o \
        -type f \( -name 'libssl*.so*' -o -name 'libcrypto*.so*' -o -name 'libssl*.a' -o -name 'libcrypto*.a' \
        -o -name 'libssl*.dylib' -o -name 'libcrypto*.dylib' -o -name 'libssl*.dll' -o -name 'libcrypto*.dll' \
        -o -name 'ssleay32.dll' -o -name 'libeay32.dll' \) ! -name '*.hmac' -exec awk "$name_them" N {} + -o \
        -type f -size "+${kilobytes}k" -exec awk "$name_them" L {} + -o \
        -type f -size +8k -path "*$NL*" -exec sh -c "$one_by_one" sh "$name_them" "$ANY_TEXT" $HEARTBEAT {} + -o -type f -size +8k
    if [ "$GREP" = whole ]; then set -- "$@" -exec grep -l -e "$ANY_TEXT" -e $HEARTBEAT {} +
    else set -- "$@" -exec sh -c "$one_by_one" sh "$name_them" "$ANY_TEXT" $HEARTBEAT {} +
    fi
    {
        errors=$(
            {
                {
                    timed "$LIMIT_SECONDS" find "$@"
                    echo "S$?"
                } | awk "$AWK_ENCODE"'/^\// { print "C" encode($0); next } { print }' >&4
            } 2>&1
        )
        printf '%s\n' "$errors" | awk "$AWK_ENCODE"'
            /: Permission denied$/ {
                what = /^find: / ? "folder" : "file"
                sub(/^[^:]*: /, ""); sub(/: Permission denied$/, ""); gsub(/^[`\047]|\047$/, "")
                print "E" what " " encode($0)
            }'
    } 4>&1
}

# texts_of FILE: its version texts and the names of heartbeat functions in it, each once.
texts_of() {
    tr -c ' -~' '\n' <"$1" | grep -o -e "$VERSION_TEXT" -e $HEARTBEAT | awk '!seen[$0]++ && ++n <= 64'
}

# examine FILE NAMED KEY VALUE …: prints a copy; without a name of OpenSSL's (NAMED no) only of a file that is no text and
# holds what is looked for. Each file is read twice; one that another writer changes meanwhile is marked. False where it
# printed nothing.
examine() {
    file=$1 named=$2
    shift 2
    if ! status_of "$file"; then
        emit copy "$@" why vanished
        return
    fi
    set -- "$@" device "$device" inode "$inode" size "$size" modified "$modified" mode "$mode" uid "$uid" gid "$gid"
    before="$device $inode $size $modified"
    if [ -n "$size" ] && [ "$size" -gt "$LIMIT_SIZE" ]; then
        emit copy "$@" why too-large
        return
    fi
    if ! head -c 1 <"$file" >/dev/null 2>&1; then
        emit copy "$@" why permission
        return
    fi
    magic=$(od -A n -t x1 -N 16 <"$file" | tr -d ' \n')
    code=no
    # ELF, PE, Mach-O, a library of objects.
    case $magic in 7f454c46* | 4d5a* | cafebabe* | c[ef]faedfe* | feedfac[ef]* | 213c617263683e*) code=yes ;; esac
    texts=$(texts_of "$file")
    heartbeat=no
    case $texts in *tls1_process_heartbeat*) heartbeat=yes ;; esac
    if [ "$named" = maybe ] && [ -z "$texts" ]; then return 1; fi
    # Pages and sources speak of OpenSSL too. What is no code is of interest where the text with its date is in it, as in
    # code, and bytes that no text has: an image, an archive that isn't compressed.
    if [ "$named" = no ] && [ $code = no ] && [ $heartbeat = no ]; then
        case $magic in *00*) ;; *) texts='' ;; esac
        if ! printf '%s\n' "$texts" | grep -q 'OpenSSL [0-9.]*[a-z]* *[-a-z]* *[0-9]\{1,2\} [A-Z][a-z][a-z] [12][0-9]'; then
            texts_alone=$((texts_alone + 1))
            return 1
        fi
    fi
    hash=$(sha256 <"$file")
    why=''
    if ! status_of "$file" || [ "$before" != "$device $inode $size $modified" ]; then why=changed
    elif [ -z "$hash" ]; then why=no-hash-tool
    fi
    emit copy "$@" magic "$magic" sha256 "$hash" heartbeat "$heartbeat" \
        'texts[]' "$(printf '%s\n' "$texts" | grep '^OpenSSL')" why "$why"
    if [ "$WITH_FILES" = yes ] && [ -n "$hash" ]; then
        carry "$file" "$hash"
        # What is to be loaded and asked is libssl.
        case ${file##*/} in libssl*) carry_needed "$file" ;; esac
    fi
    return 0
}

section_copies() {
    find_starts
    printf '%s\n' "$LEFT_OUT" | while IFS= read -r mount; do
        if [ -n "$mount" ]; then
            # The kernel writes a space as \040.
            emit skipped what file-system where "$(printf '%b' "$(printf '%s\n' "$mount" | sed 's/\\/\\0/g')")" why other-file-system
        fi
    done
    found=$(search)
    COPIES='' texts_alone=0 number=0
    # A folder of the system may be seen from two starts.
    candidates=$(printf '%s\n' "$found" | grep '^[NC]' | awk '!seen[substr($0, 2)]++')
    IFS=$NL
    set -f
    for line in $candidates; do
        unset IFS
        number=$((number + 1))
        if [ $number -gt $MOST_COPIES ]; then break; fi
        path=${line#?}
        case $line in N*) named=yes ;; *) named=no ;; esac
        decode "$path"
        inside=${decoded#"$ROOT"}
        if examine "$decoded" $named path "$inside"; then COPIES=$COPIES$NL$inside; fi
    done
    set +f
    unset IFS
    if [ $number -gt $MOST_COPIES ]; then emit skipped what file why too-many; fi
    if [ $texts_alone -gt 0 ]; then emit skipped what file why text count $texts_alone; fi
    printf '%s\n' "$found" | awk "$AWK_ENCODE"'
        BEGIN { most = ARGV[1]; ARGC = 1 }
        /^L/ { if (++large <= most) print "unread\twhat=file\twhere=" substr($0, 2) "\twhy=too-large" }
        /^E/ { n = split($0, words, " "); if (++denied <= most) {
                what = substr(words[1], 2); where = substr($0, length(words[1]) + 2)
                print "unread\twhat=" what "\twhere=" where "\twhy=permission" } }
        /^S/ { status = substr($0, 2) }
        END {
            if (large > most) print "skipped\twhat=file\twhy=too-large\tcount=" large - most
            if (denied > most) print "skipped\twhat=file\twhy=permission\tcount=" denied - most
            if (status > 1) print "skipped\twhat=search\twhy=time-limit"
            if (status == "") print "skipped\twhat=search\twhy=failed"
        }' $MOST_UNREAD
}

# carry FILE HASH: its bytes, in pieces that fit lines.
carry() {
    if ! has base64; then
        emit skipped what content where "$1" why no-base64
        return
    fi
    case "$CARRIED " in *" $2 "*) return ;; esac
    CARRIED="$CARRIED $2"
    # Lines of 76 characters are 57 bytes each: 512 of them a piece.
    base64 <"$1" 2>/dev/null | awk -v hash="$2" '
        { data = data $0 }
        NR % 512 == 0 { print "content\tsha256=" hash "\toffset=" offset + 0 "\tdata=" data; offset += 512 * 57; data = "" }
        END { if (data != "") print "content\tsha256=" hash "\toffset=" offset + 0 "\tdata=" data }'
}

# carry_needed FILE: what it needs to be loaded, and what that needs, but for the C library's own. The names of needed
# libraries stand in a library as texts; ldd would run it.
carry_needed() {
    waiting=$1 asked=$NL folder=${1%/*} carried=0
    # Folders are patterns here; who called may have turned these off.
    case $- in *f*) patterns=off ;; *) patterns=on ;; esac
    set +f
    while [ -n "$waiting" ]; do
        names=$(printf '%s\n' "$waiting" | while IFS= read -r path; do
            if [ -n "$path" ]; then tr -c ' -~' '\n' <"$path" | grep '^lib[A-Za-z0-9_.+-]*\.so[.0-9A-Za-z]*$'; fi
        done | grep -v '^lib\(c\|dl\|m\|pthread\|rt\)\.so' | awk '!seen[$0]++ && ++n <= 64')
        waiting=''
        for name in $names; do
            case $asked in *"$NL$name$NL"*) continue ;; esac
            asked=$asked$name$NL
            for place in "$folder" "$ROOT"/lib64 "$ROOT"/usr/lib64 "$ROOT"/lib/*-linux-* "$ROOT"/usr/lib/*-linux-* \
                "$ROOT"/lib "$ROOT"/usr/lib "$ROOT"/usr/local/lib; do
                library=$place/$name
                if [ ! -f "$library" ] || ! inside "$library" || ! status_of "$library"; then continue; fi
                if [ "$size" -gt "$LIMIT_SIZE" ] || [ $carried -ge 64 ]; then continue; fi
                needed=$(sha256 <"$library")
                [ -n "$needed" ] || continue
                carried=$((carried + 1))
                emit library name "$name" path "${library#"$ROOT"}" size "$size" sha256 "$needed"
                carry "$library" "$needed"
                waiting=$waiting$NL$library
                break
            done
        done
    done
    if [ $patterns = off ]; then set -f; fi
}

# ---------------------------------------------------------------------------------------------------------------------
# packages

OPENSSL_NAME='(^|[^a-z])(openssl|libssl|libopenssl|libcrypto|libressl)'

# The paths of copies as the package managers may know them: /lib and /usr/lib may be one folder.
owned_paths() {
    printf '%s\n' "$COPIES" | awk -v most=$MOST_OWNERS '
        $0 == "" || /[^ -~]/ || /%/ { next } # no package has such names
        ++n > most { exit }
        { print; if (/^\/usr\/(lib|bin|sbin)/) print substr($0, 5); else if (/^\/(lib|bin|sbin)/) print "/usr" $0 }
    '
}

# A changelog on stdin: `cves`, first and last day, and the newest line that names CVE-2014-0160, as fields.
changelog_fields() {
    # shellcheck disable=SC2016
    timed 60 head -c 16777216 2>/dev/null | awk "$AWK_ENCODE"'
        function month(name,  at) { at = index("JanFebMarAprMayJunJulAugSepOctNovDec", name); return at ? (at + 2) / 3 : 0 }
        function day(year, name, number) {
            if (!month(name) || year !~ /^[0-9][0-9][0-9][0-9]$/ || number !~ /^[0-9][0-9]?$/) return
            date = sprintf("%s-%02d-%02d", year, month(name), number)
            if (first == "" || date < first) first = date
            if (date > last) last = date
        }
        # dpkg: " -- Name <address>  Mon, 07 Apr 2014 22:26:55 +0200"; rpm: "* Mon Apr 07 2014 Name <address> version".
        /^ -- .*>  [A-Z][a-z][a-z], / { sub(/^.*>  [A-Z][a-z][a-z], */, ""); split($0, w, " "); day(w[3], w[2], w[1]) }
        /^\* [A-Z][a-z][a-z] [A-Z][a-z][a-z] / { split($0, w, " "); day(w[5], w[3], w[4]) }
        {
            text = $0
            while (match(text, /CVE-[0-9][0-9][0-9][0-9]-[0-9][0-9][0-9][0-9][0-9]*/)) {
                cve = substr(text, RSTART, RLENGTH); text = substr(text, RSTART + RLENGTH)
                if (!(cve in seen) && ++n <= 4096) { seen[cve] = 1; cves = cves (n > 1 ? "," : "") cve }
                if (cve == "CVE-2014-0160" && line == "") { line = $0; gsub(/^[ \t*+-]+/, "", line) }
            }
        }
        END {
            if (NR) print "\tchangelog=read" field("changelog-first", first) field("changelog-last", last) \
                (cves == "" ? "" : "\tcves=" cves) field("heartbleed-line", substr(line, 1, 1024))
        }'
}

# package MANAGER NAME VERSION ARCHITECTURE SOURCE INSTALLED FLAGS CHANGELOG-FIELDS
package() {
    fields=$(emit package manager "$1" name "$2" version "$3" architecture "$4" source "$5" installed "$6" 'flags[]' "$7")
    printf '%s%s\n' "$fields" "$8"
}

modified_of() { if status_of "$1"; then echo "$modified"; fi; }

packages_dpkg() {
    set -- "$ROOT/var/lib/dpkg/status" "$ROOT"/var/lib/dpkg/status.d/*
    [ -f "$1" ] || [ -f "${2:-}" ] || return 0
    info=$ROOT/var/lib/dpkg/info
    # shellcheck disable=SC2062  # the pattern is -f's
    owners=$(owned_paths | grep -H -x -F -f - "$info"/*.list 2>/dev/null | awk -v skip=${#info} '
        { line = substr($0, skip + 2); at = index(line, ".list:"); name = substr(line, 1, at - 1); path = substr(line, at + 6)
          if (!seen[name " " path]++) print name " " path }')
    for file do if [ -f "$file" ]; then cat "$file"; echo; fi; done | OWNERS=$owners awk -v wanted="$OPENSSL_NAME" '
        BEGIN { n = split(ENVIRON["OWNERS"], lines, "\n"); for (i = 1; i <= n; i++) { split(lines[i], w, " "); owner[w[1]] = 1 } }
        function done() {
            if (name != "" && state !~ /not-installed|config-files/ && version != "" &&
                (name ~ wanted || source ~ /^openssl/ || (name in owner) || ((name ":" architecture) in owner))) {
                sub(/ .*/, "", source)
                print name, version, architecture, (source == "" ? name : source), (same ? name ":" architecture : name)
            }
            name = version = architecture = source = state = ""; same = 0
        }
        /^$/ { done() }
        /^Package: / { name = $2 }
        /^Version: / { version = $2 }
        /^Architecture: / { architecture = $2 }
        /^Source: / { source = $2 }
        /^Status: / { state = $0 }
        /^Multi-Arch: same/ { same = 1 }
        END { done() }' | while read -r name version architecture source listed; do
        installed=$(modified_of "$info/$listed.list")
        [ -n "$installed" ] || installed=$(modified_of "$info/$name.list")
        log=''
        for file in "$ROOT/usr/share/doc/$name/changelog.Debian.gz" "$ROOT/usr/share/doc/$name/changelog.gz"; do
            if [ -r "$file" ] && [ -f "$file" ]; then
                log=$(timed 60 gzip -d -c <"$file" 2>/dev/null | changelog_fields)
                break
            fi
        done
        package dpkg "$name" "$version" "$architecture" "$source" "$installed" '' "$log"
    done
    printf '%s\n' "$owners" | awk "$AWK_ENCODE"'NF == 2 {
        print "owner\tmanager=dpkg" field("package", $1) field("path", $2) }'
}

packages_rpm() {
    has rpm || return 0
    database=''
    for folder in var/lib/rpm usr/lib/sysimage/rpm; do
        for file in Packages rpmdb.sqlite Packages.db; do
            if [ -f "$ROOT/$folder/$file" ]; then database=$ROOT/$folder; fi
        done
    done
    # Asked where there is none, rpm would make one.
    [ -n "$database" ] || return 0
    # Of a tree the database alone is read: --root would need root, and the tree's own C library.
    set -- -q -a
    if [ -n "$ROOT" ]; then set -- --dbpath "$database" "$@"; fi
    format='%{NAME} %{EPOCH} %{VERSION} %{RELEASE} %{ARCH} %{INSTALLTIME} %{SOURCERPM}\n'
    # One list of all files is faster than a question for each.
    owners=$({
        owned_paths
        echo
        timed 120 rpm "$@" --qf '[%{=NAME} %{FILENAMES}\n]' 2>/dev/null
    } | awk '
        $0 == "" { listed = 1; next }
        !listed { path[$0] = 1; next }
        { at = index($0, " "); if (substr($0, at + 1) in path) print }')
    wanted=$(printf '%s\n' "$owners" | awk '!seen[$1]++ { print $1 }')
    if ! all=$(timed 120 rpm "$@" --qf "$format" 2>/dev/null); then
        unread packages rpm failed
    fi
    printf '%s\n' "$all" | OWNERS=$wanted awk -v wanted="$OPENSSL_NAME" '
        BEGIN { n = split(ENVIRON["OWNERS"], lines, "\n"); for (i = 1; i <= n; i++) owner[lines[i]] = 1 }
        NF == 7 && ($1 ~ wanted || $1 in owner)' | while read -r name epoch version release architecture installed source; do
        case $epoch in '(none)' | '') ;; *) version=$epoch:$version ;; esac
        case $source in '(none)') source='' ;; *) source=${source%-*-*} ;; esac
        log=$(timed 60 rpm ${ROOT:+--dbpath "$database"} -q --changelog "$name" 2>/dev/null | changelog_fields)
        package rpm "$name" "$version-$release" "$architecture" "$source" "$installed" '' "$log"
    done
    printf '%s\n' "$owners" | awk "$AWK_ENCODE"'NF == 2 {
        print "owner\tmanager=rpm" field("package", $1) field("path", $2) }'
}

packages_apk() {
    for file in "$ROOT/lib/apk/db/installed" "$ROOT/usr/lib/apk/db/installed"; do
        [ -f "$file" ] || continue
        # shellcheck disable=SC2016
        owned_paths | awk "$AWK_ENCODE"'
            FNR == NR { path[$0] = 1; next }
            function done(  i) {
                if (name != "" && (name ~ /(^|[^a-z])(openssl|libssl|libcrypto|libressl)/ || origin ~ /^openssl/ || owned))
                    print "package\tmanager=apk" field("name", name) field("version", version) \
                        field("architecture", architecture) field("source", origin)
                for (i = 1; i <= owned; i++)
                    print "owner\tmanager=apk" field("package", name) field("path", paths[i])
                name = version = architecture = origin = folder = ""; owned = 0
            }
            { letter = substr($0, 1, 2); rest = substr($0, 3) }
            letter == "P:" { name = rest }
            letter == "V:" { version = rest }
            letter == "A:" { architecture = rest }
            letter == "o:" { origin = rest }
            letter == "F:" { folder = rest }
            letter == "R:" { full = "/" (folder == "" ? "" : folder "/") rest; if (full in path) paths[++owned] = full }
            $0 == "" { done() }
            END { done() }' - "$file"
    done
}

packages_pacman() {
    local_database=$ROOT/var/lib/pacman/local
    [ -d "$local_database" ] || return 0
    paths=$(owned_paths | sed 's/^\///')
    owners=$(find "$local_database" -name files -type f -exec grep -H -x -F -e "$paths" {} + 2>/dev/null | awk '
        { at = index($0, "/files:"); folder = substr($0, 1, at - 1); sub(/.*\//, "", folder); print folder " /" substr($0, at + 7) }')
    OWNERS=$owners find "$local_database" -name desc -type f -exec awk -v wanted="$OPENSSL_NAME" "$AWK_ENCODE"'
        BEGIN { n = split(ENVIRON["OWNERS"], lines, "\n"); for (i = 1; i <= n; i++) { split(lines[i], w, " "); owner[w[1]] = lines[i] } }
        function done(  folder, i, w) {
            folder = value["NAME"] "-" value["VERSION"]
            if (value["NAME"] != "" && (value["NAME"] ~ wanted || folder in owner)) {
                print "package\tmanager=pacman" field("name", value["NAME"]) field("version", value["VERSION"]) \
                    field("architecture", value["ARCH"]) field("source", value["BASE"]) field("installed", value["INSTALLDATE"])
                for (i = 1; i <= n; i++) {
                    split(lines[i], w, " ")
                    if (w[1] == folder) print "owner\tmanager=pacman" field("package", value["NAME"]) field("path", w[2])
                }
            }
            split("", value)
        }
        FNR == 1 { done() }
        /^%.*%$/ { key = substr($0, 2, length($0) - 2); next }
        $0 != "" && !(key in value) { value[key] = $0 }
        END { done() }' {} + 2>/dev/null
}

packages_pkg() {
    if [ -n "$ROOT" ] || [ "$(uname -s)" != FreeBSD ]; then return 0; fi
    version=$(openssl version 2>/dev/null | awk '{ print $2 }')
    if [ -n "$version" ]; then
        package base openssl "$(freebsd-version -u 2>/dev/null || uname -r)" "$(uname -p)" openssl '' '' ''
    fi
    has pkg || return 0
    owners=$(owned_paths | while IFS= read -r path; do
        timed 60 pkg which -q "$path" 2>/dev/null | awk -v path="$path" 'NF == 1 { print $1 " " path }'
    done)
    timed 60 pkg query '%n %v %q %o %t' 2>/dev/null | OWNERS=$owners awk -v wanted="$OPENSSL_NAME" '
        BEGIN { n = split(ENVIRON["OWNERS"], lines, "\n"); for (i = 1; i <= n; i++) { split(lines[i], w, " "); owner[w[1]] = 1 } }
        $1 ~ wanted || ($1 "-" $2) in owner' | while read -r name version architecture origin installed; do
        package pkg "$name" "$version" "$architecture" "$origin" "$installed" '' ''
    done
    printf '%s\n' "$owners" | awk "$AWK_ENCODE"'NF == 2 {
        sub(/-[^-]*$/, "", $1); print "owner\tmanager=pkg" field("package", $1) field("path", $2) }'
}

packages_portage() {
    database=$ROOT/var/db/pkg
    [ -d "$database" ] || return 0
    owners=$(owned_paths | awk '{ print "obj " $0 " " }' | {
        patterns=$(cat)
        find "$database" -name CONTENTS -type f -exec grep -H -F -e "${patterns:-obj / }" {} + 2>/dev/null
    } | awk -v skip=${#database} '{
        at = index($0, "/CONTENTS:"); line = substr($0, at + 10)
        sub(/^obj /, "", line); sub(/ [0-9a-f]+ [0-9]+$/, "", line); print substr($0, skip + 2, at - skip - 2) " " line }')
    {
        for folder in "$database"/dev-libs/openssl-* "$database"/dev-libs/libressl-*; do
            if [ -d "$folder" ]; then printf '%s\n' "${folder#"$database"/}"; fi
        done
        printf '%s\n' "$owners" | awk 'NF { print $1 }'
    } | awk '!seen[$0]++' | while IFS= read -r package; do
        # CATEGORY/NAME-VERSION, where a version begins with a digit
        name=$(printf '%s\n' "$package" | sed 's/-[0-9][0-9.]*[a-z]\{0,1\}\(_[a-z0-9]*\)*\(-r[0-9]*\)\{0,1\}$//')
        version=${package#"$name"-}
        installed=$(sed -n 1p "$database/$package/BUILD_TIME" 2>/dev/null)
        flags=$(awk 'FNR == 1 { file++ }
            file == 1 { for (i = 1; i <= NF; i++) use[$i] = 1 }
            file == 2 { for (i = 1; i <= NF; i++) { flag = $i; sub(/^[+-]/, "", flag); print (flag in use ? "+" : "-") flag } }
            ' "$database/$package/USE" "$database/$package/IUSE" 2>/dev/null | sort -u)
        architecture=$(sed -n 's/^\([a-z0-9_]*\)-.*/\1/p' "$database/$package/CHOST" 2>/dev/null)
        package portage "$name" "$version" "$architecture" '' "$installed" "$flags" ''
    done
    printf '%s\n' "$owners" | awk "$AWK_ENCODE"'NF == 2 {
        name = $1; sub(/-[0-9].*$/, "", name); print "owner\tmanager=portage" field("package", name) field("path", $2) }'
}

packages_slackware() {
    for file in "$ROOT"/var/log/packages/openssl-* "$ROOT"/var/lib/pkgtools/packages/openssl-*; do
        [ -f "$file" ] || continue
        # NAME-VERSION-ARCHITECTURE-BUILD
        printf '%s\n' "${file##*/}" | awk -F- 'NF >= 4 {
            name = $1; for (i = 2; i <= NF - 3; i++) name = name "-" $i
            print name, $(NF - 2) "-" $NF, $(NF - 1) }' | while read -r name version architecture; do
            package slackware "$name" "$version" "$architecture" '' "$(modified_of "$file")" '' ''
        done
    done
}

section_packages() {
    packages_dpkg
    packages_rpm
    packages_apk
    packages_pacman
    packages_pkg
    packages_portage
    packages_slackware
}

# ---------------------------------------------------------------------------------------------------------------------
# package-events

# read_log FILE: its text, whatever it was compressed with.
read_log() {
    case $1 in
        *.gz) gzip -d -c <"$1" ;;
        *.xz) xz -d -c <"$1" ;;
        *.bz2) bzip2 -d -c <"$1" ;;
        *) cat <"$1" ;;
    esac 2>/dev/null
}

# events MANAGER FILE: each line that tells of an OpenSSL, and from when to when the log reaches. Times stay as they are
# written there: some have no year, most no zone.
events() {
    [ -f "$2" ] || return 0
    if ! head -c 1 <"$2" >/dev/null 2>&1; then
        unread package-log "${2#"$ROOT"}" permission
        return
    fi
    # shellcheck disable=SC2016
    read_log "$2" | LOG=${2#"$ROOT"} awk -v manager="$1" -v changed="$(modified_of "$2")" -v wanted="$OPENSSL_NAME" "$AWK_ENCODE"'
        function event(action, name, architecture, from, to) {
            if (name !~ wanted || ++n > 4096) return
            if (from == "<none>") from = ""
            if (to == "<none>") to = ""
            print "package-event\tmanager=" manager field("log", ENVIRON["LOG"]) field("line", NR) field("at", at) \
                field("action", action) field("name", name) field("architecture", architecture) \
                field("from", from) field("to", to)
        }
        function moment(text) { at = text; if (first == "") first = text; last = text }
        # name-version-release.architecture, with an epoch before the name (yum) or the version (dnf)
        function nevra(action, text, removed,  architecture, name, version, epoch) {
            if (match(text, /\.[a-z0-9_]+$/)) { architecture = substr(text, RSTART + 1); text = substr(text, 1, RSTART - 1) }
            name = text; version = ""
            if (match(text, /-[^-]+-[^-]+$/)) { name = substr(text, 1, RSTART - 1); version = substr(text, RSTART + 1) }
            else { name = name (architecture == "" ? "" : "." architecture); architecture = "" }
            if (match(name, /^[0-9]+:/)) { epoch = substr(name, 1, RLENGTH); name = substr(name, RLENGTH + 1) }
            version = (version == "") ? "" : epoch version
            event(action, name, architecture, removed ? version : "", removed ? "" : version)
        }
        manager == "dpkg" && /^[0-9][0-9][0-9][0-9]-/ {
            moment($1 " " $2)
            if ($3 ~ /^(install|upgrade|remove|purge)$/) {
                m = split($4, w, ":")
                event($3, w[1], m > 1 ? w[2] : "", $5, ($3 == "remove" || $3 == "purge") ? "" : $6)
            }
        }
        manager == "rpm" && /^[A-Z][a-z][a-z] [ 0-9][0-9] [0-9][0-9]:/ {
            moment($1 " " $2 " " $3)
            if ($4 ~ /^(Installed|Updated|Dep-Installed|Erased|Obsoleted|Reinstalled):$/) {
                action = tolower(substr($4, 1, length($4) - 1)); nevra(action, $5, action ~ /erased|obsoleted/)
            }
        }
        manager == "rpm" && /^[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T/ {
            moment($1)
            if (match($0, /(Installed|Upgraded|Upgrade|Downgraded|Downgrade|Erased|Erase|Cleanup|Reinstalled|Reinstall): [^ ]+$/)) {
                split(substr($0, RSTART), w, ": "); nevra(tolower(w[1]), w[2], w[1] ~ /Erase|Cleanup|Upgraded|Downgraded/)
            }
        }
        manager == "zypper" && /^[0-9][0-9][0-9][0-9]-/ {
            split($0, w, "|"); moment(w[1])
            if (w[2] ~ /^(install|remove) *$/) {
                sub(/ +$/, "", w[2]); event(w[2], w[3], w[5], w[2] == "remove" ? w[4] : "", w[2] == "remove" ? "" : w[4])
            }
        }
        manager == "pacman" && /^\[[0-9][0-9][0-9][0-9]-/ {
            close_at = index($0, "]"); moment(substr($0, 2, close_at - 2)); rest = substr($0, close_at + 2)
            sub(/^\[[A-Z]+\] /, "", rest); m = split(rest, w, " "); gsub(/[()]/, "", rest); split(rest, v, " ")
            if (w[1] == "installed") event(w[1], w[2], "", "", v[3])
            else if (w[1] == "removed") event(w[1], w[2], "", v[3], "")
            else if (w[1] ~ /^(upgraded|downgraded|reinstalled)$/) event(w[1], w[2], "", m > 3 ? v[3] : "", m > 3 ? v[5] : v[3])
        }
        manager == "portage" && /^[0-9]+: / {
            moment(substr($1, 1, length($1) - 1))
            if (/::: completed emerge /) {
                for (i = 2; i <= NF; i++) if ($i ~ /\/[a-z].*-[0-9]/) {
                    match($i, /-[0-9]/); event("installed", substr($i, 1, RSTART - 1), "", "", substr($i, RSTART + 1))
                }
            }
            if (/>>> unmerge success: /) {
                match($NF, /-[0-9]/); event("removed", substr($NF, 1, RSTART - 1), "", substr($NF, RSTART + 1), "")
            }
        }
        manager == "pkg" && / pkg(-static)?(\[[0-9]+\])?: / {
            moment($1 " " $2 " " $3); sub(/^.* pkg(-static)?(\[[0-9]+\])?: /, "")
            if ($2 == "upgraded:") event("upgraded", $1, "", $3, $5)
            else if ($2 ~ /^(de)?installed$/) {
                match($1, /-[^-]*$/); name = substr($1, 1, RSTART - 1); version = substr($1, RSTART + 1)
                event($2, name, "", $2 == "installed" ? "" : version, $2 == "installed" ? version : "")
            }
        }
        END { print "package-log\tmanager=" manager field("path", ENVIRON["LOG"]) field("first", first) field("last", last) \
            field("modified", changed) field("lines", NR "") }'
}

section_package_events() {
    logs=$ROOT/var/log
    for file in "$logs"/dpkg.log "$logs"/dpkg.log.*; do events dpkg "$file"; done
    for file in "$logs"/yum.log "$logs"/yum.log[.-]* "$logs"/dnf.rpm.log "$logs"/dnf.rpm.log.*; do events rpm "$file"; done
    for file in "$logs"/zypp/history "$logs"/zypp/history-*; do events zypper "$file"; done
    for file in "$logs"/pacman.log "$logs"/pacman.log.*; do events pacman "$file"; done
    for file in "$logs"/emerge.log "$logs"/emerge.log.* "$logs"/emerge.log-*; do events portage "$file"; done
    if [ "$(uname -s)" = FreeBSD ]; then
        for file in "$logs"/messages "$logs"/messages.*; do events pkg "$file"; done
    fi
}

# ---------------------------------------------------------------------------------------------------------------------
# processes

# each_process FILE …: the paths of these files of all processes now, a line each, for xargs: a glob on a command line
# would be too long on a host with many.
each_process() {
    for file do
        case $file in
            exe) printf '%s\n' /proc/[0-9]*/exe ;;
            fd) printf '%s\n' /proc/[0-9]*/fd ;;
            root) printf '%s\n' /proc/[0-9]*/root ;;
            mnt) printf '%s\n' /proc/[0-9]*/ns/mnt ;;
            net) printf '%s\n' /proc/[0-9]*/ns/net ;;
            *) for folder in /proc/[0-9]*; do printf '%s\n' "$folder/$file"; done ;;
        esac
    done
}

# lines_of FILE PATTERN: the lines of that file of every process, each behind "/proc/PID/FILE:". A process may name
# itself or its files with newlines; grep puts the path before every line, so none can pass for another's. A process
# that has gone, or may not be read, has none.
lines_of() { each_process "$1" | xargs grep -s -H -e "$2" 2>/dev/null; }

# links_of NAME …: ls writes no newline of a name either (-q), and one ls is as good as a readlink for each.
links_of() { each_process "$@" | xargs ls -l -n -q -d 2>/dev/null; }

# A process whose first thread has ended has its memory still, and shows it in the folders of its other threads alone:
# "thread PID TID", with the first of these that can be read, else the first. A name may look like that state: harmless.
threads_of_ended_leaders() {
    each_process stat | xargs grep -s -l -e ') Z ' 2>/dev/null | while IFS=/ read -r _ _ pid _; do
        thread=''
        for folder in "/proc/$pid/task"/[0-9]*; do
            other=${folder##*/}
            # By its own number, which /proc does not list, a thread has all that a process has.
            if [ "$other" = "$pid" ] || [ ! -d "/proc/$other" ]; then continue; fi
            [ -n "$thread" ] || thread=$other
            if head -c 1 "/proc/$other/maps" 2>/dev/null | grep -q .; then
                thread=$other
                break
            fi
        done
        if [ -n "$thread" ]; then printf 'thread %s %s\n' "$pid" "$thread"; fi
    done
}

# A few processes of grep, ls and awk for the whole host, none for each process.
look_at_processes() {
    passwd=/etc/passwd
    [ -r $passwd ] || passwd=/dev/null
    threads=$(threads_of_ended_leaders)
    {
        printf '%s\n' /proc/[0-9]* | sed 's/^\/proc\//pid /'
        printf '%s\n' "$threads"
        lines_of stat ''
        lines_of status '^Uid:'
        lines_of cgroup ''
        links_of exe root mnt
        lines_of maps "$MAPPED"
        printf '%s\n' "$threads" | while read -r _ _ thread; do
            [ -n "$thread" ] || continue
            grep -s -H -e "$MAPPED" "/proc/$thread/maps"
            ls -l -n -q -d "/proc/$thread/exe" "/proc/$thread/root" "/proc/$thread/ns/mnt" 2>/dev/null
        done
        # Who has gone meanwhile, or whose number is another's now, is left out: what was read may be of two.
        printf '%s\n' /proc/[0-9]* | sed 's/^\/proc\//again /'
        lines_of stat '' | sed 's/^/again /'
    } | awk -v own=$$ -v most=$MOST_OBJECTS -v boot="$(sed -n 's/^btime //p' /proc/stat)" -v ticks="$(getconf CLK_TCK || echo 100)" "$AWK_ENCODE"'
        function number(text,  i, n) {
            text = tolower(text); n = 0
            for (i = 1; i <= length(text); i++) n = n * 16 + index("0123456789abcdef", substr(text, i, 1)) - 1
            return n
        }
        # The name of a program stands in parentheses and may hold any byte: what follows the last one counts.
        function stat_line(text,  at) {
            at = 0
            while (match(substr(text, at + 1), /\) /)) at += RSTART
            return at ? substr(text, at + 2) : ""
        }
        FILENAME ~ /^\// { split($0, w, ":"); if (!(w[3] in user)) user[w[3]] = w[1]; next }
        $1 == "pid" && NF == 2 { pids[++count] = $2; next }
        $1 == "thread" && NF == 3 { leader[$3] = $2; thread[$2] = $3; next }
        $1 == "again" && NF == 2 { still[$2] = 1; next }
        $1 == "again" {
            sub(/^again \/proc\//, ""); pid = $0; sub(/\/.*/, "", pid)
            split(stat_line(substr($0, index($0, ":") + 1)), w, " ")
            if (w[20] != "") again[pid] = w[20]
            next
        }
        /^\/proc\/[0-9]+\/[a-z]+:/ {
            colon = index($0, ":"); split(substr($0, 1, colon - 1), w, "/"); reader = pid = w[3]
            text = substr($0, colon + 1)
            if (pid in leader) pid = leader[pid]
        }
        /^\/proc\/[0-9]+\/stat:/ {
            stat[pid] = stat[pid] text "\n"; next
        }
        /^\/proc\/[0-9]+\/status:/ { split(text, w, " "); uid[pid] = w[2]; effective[pid] = w[3]; next }
        /^\/proc\/[0-9]+\/cgroup:/ {
            # 0::PATH (unified), N:name=systemd:PATH, N:controllers:PATH; what tells most is kept
            first = index(text, ":"); rest = substr(text, first + 1); second = index(rest, ":")
            path = substr(rest, second + 1); controllers = substr(rest, 1, second - 1)
            rank = (path == "/") ? 0 : (controllers == "name=systemd" || controllers == "") ? 2 : 1
            if (!(pid in cgroup) || rank > ranks[pid]) { cgroup[pid] = path; ranks[pid] = rank }
            next
        }
        /^\/proc\/[0-9]+\/maps:/ {
            # addresses permissions offset device inode path
            split(text, w, " "); head = w[1] " " w[2] " " w[3] " " w[4] " " w[5]
            path = substr(text, length(head) + 1); sub(/^ +/, "", path); gsub(/\\012/, "\n", path)
            colon = index(w[4], ":")
            device = number(substr(w[4], 1, colon - 1)) "," number(substr(w[4], colon + 1))
            key = device " " w[5] " " path
            mapped[pid] = 1
            # Of a process with more than anybody needs, those named like OpenSSL have room of their own.
            named = (path ~ /\/lib(ssl|crypto)[^\/]*$/)
            if (!((pid, key) in has) && holds[pid, named] >= most) { left_out[pid]++; next }
            if (!(key in object)) {
                object[key] = ++objects
                gone = sub(/ \(deleted\)$/, "", path)
                line = "object\tid=" objects field("path", path) "\tdevice=" device "\tinode=" w[5] \
                    "\tdeleted=" (gone ? "yes" : "no")
                print line
                if (path ~ /\/lib(ssl|crypto)[^\/]*$/ || (gone && path ~ /^\// && path !~ /^\/(memfd:|dev\/|SYSV)/))
                    print "@look " objects " " reader " " w[1] " " (gone ? "yes" : "no") " " encode(path)
            }
            if (!((pid, key) in has)) {
                has[pid, key] = 1
                holds[pid, named]++
                held[pid] = held[pid] "," object[key]
            }
            next
        }
        /^l/ && match($0, /\/proc\/[0-9]+\/(exe|root|ns\/mnt)( -> |$)/) {
            way = substr($0, RSTART, RLENGTH); target = substr($0, RSTART + RLENGTH)
            split(way, w, "/"); pid = w[3]; sub(/ -> $/, "", w[4])
            if (pid in leader) pid = leader[pid]
            if (target == "") next
            if (w[4] == "exe") exe[pid] = target
            else if (w[4] == "root") root[pid] = target
            else { gsub(/[^0-9]/, "", target); mount[pid] = target }
        }
        END {
            for (i = 1; i <= count; i++) {
                pid = pids[i]
                if (!(pid in stat)) continue
                split(stat_line(stat[pid]), w, " "); parent[pid] = w[2]
            }
            for (i = 1; i <= count; i++) {
                pid = pids[i]
                for (up = pid; up in parent && up != own && up > 1; up = parent[up]) ;
                if (up == own) continue
                if (!(pid in still)) { gone_count++; continue }
                if (!(pid in stat)) { print "unread\twhat=process\twhere=" pid "\twhy=permission"; continue }
                split(stat_line(stat[pid]), w, " ")
                if (again[pid] != w[20]) { gone_count++; continue }
                # Without memory of its own: the kernel, or one that has ended, with all of its threads.
                if (w[1] == "Z" ? w[18] < 2 : w[21] == 0) continue
                open_at = index(stat[pid], "("); name = substr(stat[pid], open_at + 1)
                name = substr(name, 1, length(name) - length(stat_line(stat[pid])) - 2)
                # Before anything else is asked of these: to name an element makes it.
                missing = (pid in exe) ? "" : "exe"
                if (!(pid in mapped) || (pid in left_out)) missing = missing (missing == "" ? "" : ",") "maps"
                # ls wrote a ? for what it would not print: asked alone
                if (exe[pid] ~ /\?/) {
                    command = "readlink /proc/" ((pid in thread) ? thread[pid] : pid) "/exe"; text = ""
                    while ((command | getline part) > 0) text = (text == "") ? part : text "\n" part
                    close(command)
                    if (text != "") exe[pid] = text
                }
                if (pid in left_out)
                    print "skipped\twhat=object\twhere=/proc/" pid "/maps\twhy=too-many\tcount=" left_out[pid]
                gone = sub(/ \(deleted\)$/, "", exe[pid])
                print "process\tpid=" pid "\tparent=" w[2] field("name", name) field("exe", exe[pid]) \
                    (exe[pid] == "" ? "" : "\texe-deleted=" (gone ? "yes" : "no")) "\tstart-ticks=" w[20] \
                    (boot == "" ? "" : sprintf("\tstarted=%.2f", boot + w[20] / ticks)) field("uid", uid[pid]) \
                    field("effective-uid", effective[pid]) field("user", user[uid[pid]]) field("cgroup", cgroup[pid]) \
                    field("root", root[pid] == "/" ? "" : root[pid]) field("mount-namespace", mount[pid]) \
                    (pid in held ? "\tobjects=" substr(held[pid], 2) : "") (missing == "" ? "" : "\tunread=" missing)
            }
            if (gone_count) print "skipped\twhat=process\twhy=vanished\tcount=" gone_count
        }' $passwd -
}

section_processes() {
    if [ -n "$ROOT" ]; then
        emit skipped what processes why tree
        return
    fi
    if [ ! -r /proc/self/maps ]; then
        unread process /proc no-proc
        return
    fi
    if awk '$2 == "/proc" && $3 == "proc" { found = $4 } END { exit found !~ /hidepid=([124]|invisible|noaccess|ptraceable)/ }' \
        /proc/mounts && [ "$(id -u)" != 0 ]; then
        unread process /proc hidepid
    fi
    looked=$(look_at_processes)
    printf '%s\n' "$looked" | grep -v '^@'
    own=$(readlink /proc/self/ns/mnt | tr -c -d '0-9')
    number=0
    # What is mapped and no longer to be found under its name: its bytes are still there.
    printf '%s\n' "$looked" | grep '^@look ' | while read -r _ object pid range gone path; do
        number=$((number + 1))
        if [ $number -gt $MOST_MAPPED_COPIES ]; then
            emit skipped what object why too-many
            break
        fi
        theirs=$(readlink "/proc/$pid/ns/mnt" | tr -c -d '0-9')
        if [ "$gone" = no ] && { [ "$theirs" = "$own" ] || [ -z "$theirs" ]; }; then continue; fi
        named=maybe
        case $path in */libssl* | */libcrypto*) named=yes ;; esac
        if head -c 1 <"/proc/$pid/map_files/$range" >/dev/null 2>&1; then
            examine "/proc/$pid/map_files/$range" $named object "$object"
        elif [ "$gone" = no ] && head -c 1 <"/proc/$pid/root$path" >/dev/null 2>&1; then
            examine "/proc/$pid/root$path" $named object "$object"
        elif [ $named = yes ]; then
            emit copy object "$object" why permission
        fi
    done
}

# ---------------------------------------------------------------------------------------------------------------------
# sockets

# Listening ones, those connected out (to a port that nobody here listens on), and of those accepted their number. One
# look for each network namespace, through a process that lives in it.
look_at_sockets() {
    passwd=/etc/passwd
    [ -r $passwd ] || passwd=/dev/null
    {
        links_of net
        # The inode of a socket is joined with the processes that hold it. Behind "/proc/PID/fd:" come its files.
        each_process fd | xargs ls -l -n -q /proc/self/ns 2>/dev/null
        echo end-of-links
    } | awk -v own=$$ '
        /^l/ && match($0, /\/proc\/[0-9]+\/ns\/net -> /) {
            split(substr($0, RSTART, RLENGTH), w, "/"); space = substr($0, RSTART + RLENGTH); gsub(/[^0-9]/, "", space)
            if (!(space in seen)) { seen[space] = 1; print "space " space " /proc/" w[3] "/net" }
            next
        }
        /^\/proc\/[0-9]+\/fd:$/ { split($0, w, "/"); pid = w[3]; next }
        /^\/proc\// { pid = ""; next }
        /^l/ && pid != "" {
            arrow = index($0, " -> "); target = substr($0, arrow + 4)
            if (target ~ /^socket:\[[0-9]+\]$/) { gsub(/[^0-9]/, "", target); if (!seen[target, pid]++) print "holds " target " " pid }
            readable[pid] = 1
        }' | {
        # Those of the kernel, read through each namespace.
        spaces=''
        while read -r word first second; do
            case $word in
                holds) printf 'holds %s %s\n' "$first" "$second" ;;
                space) spaces="$spaces$first $second$NL" ;;
            esac
        done
        [ -n "$spaces" ] || spaces="0 /proc/net$NL"
        printf '%s' "$spaces" | while read -r space folder; do
            echo "space $space"
            for protocol in tcp tcp6 udp udp6; do
                [ ! -r "$folder/$protocol" ] || sed "s/^/$protocol /" "$folder/$protocol" 2>/dev/null
            done
        done
    } | awk -v little="$(printf '\001\000' | od -A n -t d2 | tr -d ' ')" "$AWK_ENCODE"'
        BEGIN {
            for (i = 0; i < 256; i++) byte[sprintf("%02X", i)] = i
            state["01"] = "connected"; state["02"] = "connecting"; state["0A"] = "listening"; state["07"] = "bound"
        }
        FILENAME ~ /^\// { split($0, w, ":"); if (!(w[3] in user)) user[w[3]] = w[1]; next }
        # Four bytes of an address, as the words of this machine hold them.
        function octet(text, word, i) { return substr(text, word * 8 + (little == 1 ? 6 - 2 * i : 2 * i) + 1, 2) }
        function address(text, v6,  out, word, i) {
            if (!v6) return byte[octet(text, 0, 0)] "." byte[octet(text, 0, 1)] "." byte[octet(text, 0, 2)] "." byte[octet(text, 0, 3)]
            out = ""
            for (word = 0; word < 4; word++) for (i = 0; i < 4; i += 2)
                out = out (out == "" ? "" : ":") tolower(octet(text, word, i) octet(text, word, i + 1))
            return "[" out "]"
        }
        function port(text) { return byte[substr(text, 1, 2)] * 256 + byte[substr(text, 3, 2)] }
        function shown(text, v6,  at) { at = index(text, ":"); return address(text, v6) ":" port(substr(text, at + 1)) }
        $1 == "holds" { holders[$2] = holders[$2] "," $3; next }
        $1 == "space" { space = $2; next }
        $3 !~ /^[0-9A-F]+:[0-9A-F][0-9A-F][0-9A-F][0-9A-F]$/ || !($5 in state) { next }
        {
            protocol = substr($1, 1, 3); v6 = $1 ~ /6$/
            what = state[$5]
            if (protocol == "udp" && what == "listening") next
            colon = index($3, ":"); local_port = port(substr($3, colon + 1))
            lines[++count] = $0; spaces[count] = space
            if (what == "listening") listens[space, local_port] = 1
        }
        END {
            for (i = 1; i <= count; i++) {
                split(lines[i], w, " "); protocol = substr(w[1], 1, 3); v6 = w[1] ~ /6$/; what = state[w[5]]
                colon = index(w[3], ":"); local_port = port(substr(w[3], colon + 1))
                if (protocol == "tcp" && what != "listening" && (spaces[i], local_port) in listens) {
                    accepted[spaces[i], local_port]++
                    continue
                }
                if (++printed > 65536) { left++; continue }
                keep[++kept] = i
            }
            for (j = 1; j <= kept; j++) {
                i = keep[j]
                split(lines[i], w, " "); protocol = substr(w[1], 1, 3); v6 = w[1] ~ /6$/; what = state[w[5]]
                colon = index(w[3], ":"); local_port = port(substr(w[3], colon + 1))
                line = "socket\tprotocol=" protocol "\tstate=" what field("local", shown(w[3], v6))
                if (what == "connected" || what == "connecting") line = line field("remote", shown(w[4], v6))
                # number local remote state queues timer retransmits uid timeout inode
                line = line "\tinode=" w[11] "\tuid=" w[9] field("user", user[w[9]])
                if (spaces[i] != 0) line = line "\tnetwork-namespace=" spaces[i]
                if (what == "listening" && accepted[spaces[i], local_port]) line = line "\taccepted=" accepted[spaces[i], local_port]
                if (w[11] in holders) line = line "\tpids=" substr(holders[w[11]], 2)
                print line
            }
            if (left) print "skipped\twhat=socket\twhy=too-many\tcount=" left
        }' $passwd -
}

# FreeBSD: user, program, pid, descriptor, protocol, local address, foreign address.
look_at_sockets_of_freebsd() {
    timed 60 sockstat -4 -6 2>/dev/null | awk "$AWK_ENCODE"'
        $5 ~ /^(tcp|udp)[46]/ {
            split($6, w, ":"); protocol = substr($5, 1, 3)
            at = match($6, /:[0-9*]+$/); local_port = substr($6, RSTART + 1)
            lines[++count] = $0
            if (protocol == "tcp" && $7 == "*:*") listens[local_port] = 1
        }
        function shown(text, protocol,  at, host) {
            match(text, /:[0-9*]+$/); host = substr(text, 1, RSTART - 1)
            if (host == "*") host = (protocol ~ /6/) ? "::" : "0.0.0.0"
            return ((host ~ /:/) ? "[" host "]" : host) substr(text, RSTART)
        }
        END {
            for (i = 1; i <= count; i++) {
                split(lines[i], w, " "); protocol = substr(w[5], 1, 3)
                match(w[6], /:[0-9*]+$/); local_port = substr(w[6], RSTART + 1)
                if (local_port == "*") continue
                out = w[7] != "*:*"
                if (out && protocol == "tcp" && local_port in listens) continue
                print "socket\tprotocol=" protocol "\tstate=" (out ? "connected" : protocol == "tcp" ? "listening" : "bound") \
                    field("local", shown(w[6], w[5])) (out ? field("remote", shown(w[7], w[5])) : "") \
                    field("user", w[1]) "\tpids=" w[3]
            }
        }'
}

section_sockets() {
    if [ -n "$ROOT" ]; then emit skipped what sockets why tree
    elif [ -r /proc/net/tcp ]; then
        look_at_sockets
        if [ "$(id -u)" != 0 ]; then unread sockets /proc permission; fi
    elif has sockstat; then look_at_sockets_of_freebsd
    else unread sockets /proc/net no-tool
    fi
}

# ---------------------------------------------------------------------------------------------------------------------
# keys

# What a configuration may say aloud, by program: where it begins (`at`), what begins a comment, what parts directives where
# a line may hold `several`, how a line goes on (`program NAME HOW`), and the directives whose lines are printed (`allow`).
# Nothing else of a configuration leaves this host. src/hemostat/software/ is where it comes from: a test compares them.
PROGRAMS='
program apache backslash
comment #
at /etc/apache2/apache2.conf /etc/apache2/httpd.conf /etc/httpd/conf/httpd.conf /usr/local/apache2/conf/httpd.conf
at /usr/local/etc/apache2[24]/httpd.conf /opt/lampp/etc/httpd.conf
allow else elseif if ifdefine ifdirective iffile ifmodule ifsection ifversion include includeoptional listen macro
allow mdomain mdomainset proxy proxymatch serveralias servername serverroot sslcertificatechainfile
allow sslcertificatefile sslcertificatekeyfile sslengine sslproxymachinecertificatechainfile
allow sslproxymachinecertificatefile sslproxymachinecertificatepath sslsessionticketkeyfile virtualhost
program dovecot backslash
comment #
at /etc/dovecot/dovecot.conf /usr/local/etc/dovecot/dovecot.conf
allow include include_try inet_listener local local_name port protocol remote service ssl ssl_alt_cert ssl_alt_key
allow ssl_cert ssl_client_cert ssl_client_cert_file ssl_client_key ssl_client_key_file ssl_key
allow ssl_server_alt_cert_file ssl_server_alt_key_file ssl_server_cert_file ssl_server_key_file
program ejabberd never
comment [#%]
several [{},]
at /etc/ejabberd/ejabberd.yml /etc/ejabberd/ejabberd.cfg /opt/ejabberd/conf/ejabberd.yml
at /usr/local/etc/ejabberd/ejabberd.yml
allow / c2s_certfile certfile certfiles domain_certfile host_config include_config_file listen module port
allow s2s_certfile
program exim backslash
comment #
at /var/lib/exim4/config.autogenerated /etc/exim4/exim4.conf /etc/exim/exim.conf /etc/exim.conf /usr/exim/configure
at /usr/local/etc/exim/configure
allow begin confdir daemon_smtp_ports driver elifdef elifndef else endif ifdef ifndef include include_if_exists
allow main_tls_advertise_hosts main_tls_certificate main_tls_certkey main_tls_enable main_tls_privatekey
allow tls_advertise_hosts tls_certificate tls_on_connect_ports tls_privatekey
program haproxy never
comment #
at /etc/haproxy/haproxy.cfg /etc/haproxy/conf.d/*.cfg /usr/local/etc/haproxy.conf /usr/local/etc/haproxy/haproxy.cfg
allow / acme backend bind cache crt-base crt-store default-server defaults fcgi-app frontend global http-errors
allow key-base listen load log-forward mailers peers program resolvers ring server traces
program mosquitto never
comment #
at /etc/mosquitto/mosquitto.conf /usr/local/etc/mosquitto/mosquitto.conf
allow bridge_certfile bridge_keyfile certfile connection include_dir keyfile listener port tls_keyform
program mysql never
comment [#;]
at /etc/my.cnf /etc/mysql/my.cnf /usr/local/etc/my.cnf /usr/local/etc/mysql/my.cnf /usr/local/mysql/my.cnf
at /usr/local/mysql/etc/my.cnf /opt/lampp/etc/my.cnf /root/.my.cnf
allow admin-port admin-ssl-cert admin-ssl-key admin-ssl_cert admin-ssl_key admin_port admin_ssl-cert admin_ssl-key
allow admin_ssl_cert admin_ssl_key datadir include includedir loose-admin-ssl-cert loose-admin-ssl-key
allow loose-admin-ssl_cert loose-admin-ssl_key loose-admin_ssl-cert loose-admin_ssl-key loose-admin_ssl_cert
allow loose-admin_ssl_key loose-mysqlx-ssl-cert loose-mysqlx-ssl-key loose-mysqlx-ssl_cert loose-mysqlx-ssl_key
allow loose-mysqlx_ssl-cert loose-mysqlx_ssl-key loose-mysqlx_ssl_cert loose-mysqlx_ssl_key loose-ssl-cert
allow loose-ssl-key loose-ssl_cert loose-ssl_key loose_admin-ssl-cert loose_admin-ssl-key loose_admin-ssl_cert
allow loose_admin-ssl_key loose_admin_ssl-cert loose_admin_ssl-key loose_admin_ssl_cert loose_admin_ssl_key
allow loose_mysqlx-ssl-cert loose_mysqlx-ssl-key loose_mysqlx-ssl_cert loose_mysqlx-ssl_key loose_mysqlx_ssl-cert
allow loose_mysqlx_ssl-key loose_mysqlx_ssl_cert loose_mysqlx_ssl_key loose_ssl-cert loose_ssl-key loose_ssl_cert
allow loose_ssl_key mysqlx-port mysqlx-ssl-cert mysqlx-ssl-key mysqlx-ssl_cert mysqlx-ssl_key mysqlx_port
allow mysqlx_ssl-cert mysqlx_ssl-key mysqlx_ssl_cert mysqlx_ssl_key port skip-ssl skip_ssl ssl ssl-cert ssl-key
allow ssl_cert ssl_key tcert tkey
program nginx never
comment #
several [;{}]
at /etc/nginx/nginx.conf /usr/local/etc/nginx/nginx.conf /usr/local/nginx/conf/nginx.conf
at /usr/local/openresty/nginx/conf/nginx.conf /opt/nginx/conf/nginx.conf
allow grpc_ssl_certificate grpc_ssl_certificate_key http include listen location mail proxy_ssl_certificate
allow proxy_ssl_certificate_key server server_name ssl ssl_certificate ssl_certificate_key ssl_session_ticket_key
allow stream uwsgi_ssl_certificate uwsgi_ssl_certificate_key
program openldap indent
comment #
at /etc/ldap/slapd.d/cn=config.ldif /etc/ldap/slapd.conf /etc/openldap/slapd.d/cn=config.ldif
at /etc/openldap/slapd.conf /usr/local/etc/openldap/slapd.d/cn=config.ldif /usr/local/etc/openldap/slapd.conf
allow include olctlscertificatefile olctlscertificatekeyfile tlscertificatefile tlscertificatekeyfile
program openvpn never
comment [#;]
at /etc/openvpn/*.conf /etc/openvpn/server/*.conf /etc/openvpn/client/*.conf /etc/openvpn/*.ovpn
at /usr/local/etc/openvpn/*.conf
allow cd cert client config cryptoapicert extra-certs key lport management-external-key pkcs11-id
allow pkcs11-id-management pkcs12 port tls-client tls-server
program postfix indent
comment #
several -o[^a-z]
at /etc/postfix/main.cf /usr/local/etc/postfix/main.cf /etc/postfix-*/main.cf
allow / 25 465 587 config_directory lmtp_enforce_tls lmtp_tls_cert_file lmtp_tls_chain_files lmtp_tls_dcert_file
allow lmtp_tls_dkey_file lmtp_tls_eccert_file lmtp_tls_eckey_file lmtp_tls_key_file lmtp_tls_security_level
allow lmtp_tls_wrappermode lmtp_use_tls smtp smtp_enforce_tls smtp_tls_cert_file smtp_tls_chain_files
allow smtp_tls_dcert_file smtp_tls_dkey_file smtp_tls_eccert_file smtp_tls_eckey_file smtp_tls_key_file
allow smtp_tls_security_level smtp_tls_wrappermode smtp_use_tls smtpd smtpd_enforce_tls smtpd_tls_cert_file
allow smtpd_tls_chain_files smtpd_tls_dcert_file smtpd_tls_dkey_file smtpd_tls_eccert_file smtpd_tls_eckey_file
allow smtpd_tls_key_file smtpd_tls_security_level smtpd_tls_wrappermode smtpd_use_tls smtps submission submissions
program postgresql never
comment #
at /etc/postgresql/*/*/postgresql.conf /var/lib/pgsql/data/postgresql.conf /var/lib/pgsql/*/data/postgresql.conf
at /var/lib/postgres/data/postgresql.conf /var/lib/postgresql/*/data/postgresql.conf
at /var/db/postgres/data*/postgresql.conf /usr/local/pgsql/data/postgresql.conf
allow data_directory include include_dir include_if_exists port ssl ssl_cert_file ssl_key_file
program proftpd backslash
comment #
at /etc/proftpd/proftpd.conf /etc/proftpd.conf /usr/local/etc/proftpd.conf /opt/lampp/etc/proftpd.conf
allow class global ifauthenticated ifclass ifdefine ifmodule ifversion include port tlscertificatechainfile
allow tlsdsacertificatefile tlsdsacertificatekeyfile tlseccertificatefile tlseccertificatekeyfile tlsengine
allow tlspkcs12file tlsrsacertificatefile tlsrsacertificatekeyfile virtualhost
program prosody never
comment --
several [;{},]|["-(0-9][^!-~]+
at /etc/prosody/prosody.cfg.lua /usr/local/etc/prosody/prosody.cfg.lua
allow c2s_direct_tls_ports c2s_direct_tls_ssl c2s_ports c2s_ssl certificate certificates component host
allow https_certificate https_key https_ports https_ssl include key legacy_ssl_ports legacy_ssl_ssl
allow s2s_direct_tls_ports s2s_direct_tls_ssl s2s_ports s2s_ssl ssl virtualhost
program redis never
comment #
at /etc/redis/*.conf /etc/redis.conf /etc/valkey/*.conf /etc/keydb/*.conf /usr/local/etc/redis.conf
allow dir include tls-cert-file tls-client-cert-file tls-client-key-file tls-cluster tls-key-file tls-port
allow tls-replication
program stunnel never
comment [#;]
at /etc/stunnel/*.conf /usr/local/etc/stunnel/*.conf /etc/stunnel/conf.d/*.conf
allow accept cert client engine engineid include key sni
program vsftpd never
comment #
at /etc/vsftpd.conf /etc/vsftpd/*.conf /usr/local/etc/vsftpd.conf
allow dsa_cert_file dsa_private_key_file listen_port rsa_cert_file rsa_private_key_file ssl_enable
'

# printable_lines PROGRAM FILE: the lines that PROGRAM's table allows, without their comments, as records. The same rule as
# hemostat.software.Program.printed (docs/software.md), which a test compares it with.
printable_lines() {
    # shellcheck disable=SC2016
    PROGRAMS=$PROGRAMS FILE=${2#"$ROOT"} awk -v program="$1" "$AWK_ENCODE"'
        BEGIN {
            n = split(ENVIRON["PROGRAMS"], lines, "\n")
            for (i = 1; i <= n; i++) {
                m = split(lines[i], w, " ")
                if (w[1] == "program") { current = w[2]; if (current == program) continued = w[3] }
                if (current != program) continue
                if (w[1] == "comment") comment = w[2]
                if (w[1] == "several") several = w[2]
                if (w[1] == "allow") for (j = 2; j <= m; j++) allow[w[j]] = 1
            }
        }
        # Sets kept; false where the line may not be printed.
        function printable(line,  pieces, count, i, piece, word, rest, said, start) {
            if (match(line, "(^|[ \t\r\f\v])(" comment ")")) line = substr(line, 1, RSTART - 1)
            sub(/[ \t\r\f\v]+$/, "", line)
            start = line; sub(/^[ \t\r\f\v]+/, "", start)
            if (start == "" || length(line) > MOST || substr(start, 1, 1) == ";") return 0
            # A key that stands there itself ends with its first mark.
            i = index(line, "-----BEGIN")
            if (i) line = substr(line, 1, i + 9)
            kept = line
            if (start ~ /^\[[^]=]*\]$/) return 1
            rest = line
            if (several != "") { gsub(several, "\n", rest); count = split(rest, pieces, "\n") }
            else { count = 1; pieces[1] = line }
            said = 0
            for (i = 1; i <= count; i++) {
                piece = pieces[i]
                match(piece, /^[]["\047<!(){}. \t\r\f\v-]*/)
                rest = substr(piece, RLENGTH + 1)
                if (RLENGTH > 0 && substr(piece, RLENGTH, 1) == "<" && substr(rest, 1, 1) == "/") rest = substr(rest, 2)
                if (rest == "") continue
                word = ""
                if (substr(rest, 1, 1) == "/") word = "/"
                else if (match(rest, /^[A-Za-z0-9_$][A-Za-z0-9_.@-]*/)) {
                    # Whole words alone: a line of a key in Base64 may begin with the letters of one.
                    word = tolower(substr(rest, 1, RLENGTH)); rest = substr(rest, RLENGTH + 1)
                    if (rest != "" && rest !~ /^[[ \t\r\f\v=:;{(>"\047]/) word = ""
                }
                if (word != "" && (word in allow) && (word != "/" || piece ~ /[._-]/)) said = 1
                else if (!(said && piece ~ /^[ \t\r\f\v]*("[^"]*"|\047[^\047]*\047|[0-9]+)[ \t\r\f\v)]*$/)) return 0
            }
            return 1
        }
        BEGIN { MOST = 16384 }
        NR > 65536 { exit }
        {
            text = $0
            may = printable(text)
            goes_on = (continued == "backslash") ? open_end : text ~ /^[ \t]/
            bare = text
            if (match(bare, "^[ \t\r\f\v]*(" comment ")")) bare = substr(bare, 1, RSTART - 1)
            empty = bare !~ /[^ \t\r\f\v]/
            if (continued != "never" && goes_on && !empty) {
                if (!printed) may = 0
                else if (several == "") {
                    may = 1; kept = text; sub(/[ \t\r\f\v]+$/, "", kept)
                    i = index(kept, "-----BEGIN")
                    if (i) kept = substr(kept, 1, i + 9)
                }
            }
            if (may) print "configuration-line\tprogram=" program field("path", ENVIRON["FILE"]) "\tline=" NR \
                field("text", substr(kept, 1, MOST))
            if (!empty) printed = may || (printed && goes_on && continued == "indent")
            open_end = text ~ /\\[ \t\r\f\v]*$/
        }' "$2"
}

# inside FILE: whether it lies in the tree that is looked at. A link in an image may point at this host.
inside() {
    [ -n "$ROOT" ] || return 0
    real=$(readlink -f "$1") || return 1
    case $real in "$ROOT"/*) return 0 ;; esac
    return 1
}

# words_of WHICH LINES: the paths that printed lines name, as they stand there. WHICH: include, or file for all others.
words_of() {
    # shellcheck disable=SC2016
    printf '%s\n' "$2" | awk -F '\t' -v which="$1" '
        $1 == "configuration-line" {
            for (i = 2; i <= NF; i++) if (substr($i, 1, 5) == "text=") text = substr($i, 6)
            gsub(/[ ;{},="\047<()|]+/, " ", text); m = split(text, w, " ")
            include = tolower(w[1]) ~ /^!?[.]?(s?include|includeoptional|includedir|include_dir|include_try|include_if_exists|include_config_file|config)$/
            # After the name of a directive; a line that is a path alone has none.
            for (i = (substr(w[1], 1, 1) == "/") ? 1 : 2; i <= m; i++)
                if ((which == "include") == include && w[i] !~ /[$`]/ && w[i] ~ /[\/.]/ && !seen[w[i]]++) print w[i]
        }'
}

# plainly: paths on stdin, without `.` and `..`, so that each file is looked at once.
plainly() {
    sed -e 's/\/\/*/\//g' -e ':again' -e 's/\/\.\//\//; t again' -e 's/^\/\.\.\//\//; t again' \
        -e 's/\/[^/.][^/]*\/\.\.\//\//; t again'
}

# read_configuration PROGRAM START: its lines, and those of what it includes, breadth first, each file once.
read_configuration() {
    base=${2%/*} waiting=$2 done_files=$NL depth=0
    while [ -n "$waiting" ] && [ $depth -lt 8 ]; do
        depth=$((depth + 1)) now=$(printf '%s\n' "$waiting" | plainly | awk '!seen[$0]++') waiting=''
        IFS=$NL
        set -f
        for config in $now; do
            unset IFS
            case $done_files in *"$NL$config$NL"*) continue ;; esac
            done_files=$done_files$config$NL
            if [ ! -f "$config" ] || ! inside "$config"; then continue; fi
            if ! head -c 1 <"$config" >/dev/null 2>&1; then
                unread configuration "${config#"$ROOT"}" permission
                continue
            fi
            files=$((files + 1))
            if [ $files -gt 1024 ]; then
                emit skipped what configuration where "${config#"$ROOT"}" why too-many
                continue
            fi
            status_of "$config"
            emit configuration-file program "$1" path "${config#"$ROOT"}" start "${2#"$ROOT"}" device "$device" inode "$inode" \
                size "$size" modified "$modified" mode "$mode" uid "$uid" gid "$gid"
            lines=$(printable_lines "$1" "$config")
            [ -z "$lines" ] || printf '%s\n' "$lines"
            # From where a relative path counts differs from program to program: each place is tried.
            set +f
            for word in $(words_of include "$lines"); do
                for place in "${config%/*}" "$base" "${base%/*}"; do
                    case $word in /*) place=$ROOT ;; esac
                    # $word may be a pattern; a folder stands for what is in it
                    # shellcheck disable=SC2086
                    for included in "$place"/${word#/}; do
                        if [ -d "$included" ]; then
                            for each in "$included"/*; do [ ! -f "$each" ] || waiting=$waiting$NL$each; done
                        elif [ -f "$included" ]; then waiting=$waiting$NL$included
                        fi
                    done
                done
            done
            set -f
            for word in $(words_of file "$lines"); do
                for place in "${config%/*}" "$base" "${base%/*}"; do
                    case $word in /*) place=$ROOT ;; esac
                    file=$place/${word#/}
                    if [ -f "$file" ] || [ -d "$file" ]; then KEY_FILES=$KEY_FILES$NL$file; fi
                done
            done
        done
        set +f
        unset IFS
    done
}

# spki_of FILE: SHA-256 of the public half (SubjectPublicKeyInfo, DER) of the private key in FILE. Only this leaves the
# host. OpenSSL before 1.0.0 has no `pkey`.
spki_of() {
    for kind in pkey rsa ec; do
        spki=$(timed 10 openssl $kind -in "$1" -pubout -outform DER -passin pass: 2>/dev/null </dev/null | sha256)
        # That of nothing: it could not read the key.
        if [ -n "$spki" ] && [ "$spki" != e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 ]; then
            echo "$spki"
            return
        fi
    done
}

# certificates_of FILE: each certificate of a PEM file, in base64. They are public.
certificates_of() {
    # shellcheck disable=SC2016
    FILE=${1#"$ROOT"} awk "$AWK_ENCODE"'
        /^-----BEGIN (X509 |TRUSTED )?CERTIFICATE-----/ { inside = 1; data = ""; next }
        /^-----END / {
            if (inside && ++n <= 16 && length(data) <= 65536)
                print "certificate" field("path", ENVIRON["FILE"]) "\tnumber=" n field("der", data)
            inside = 0
        }
        inside && /^[A-Za-z0-9+\/=]+[ \t\r]*$/ { sub(/[ \t\r]+$/, ""); if (length(data) <= 65536) data = data $0 }
        NR > 65536 { exit }
        END { if (n > 16) print "skipped\twhat=certificate" field("where", ENVIRON["FILE"]) "\twhy=too-many\tcount=" n - 16 }
    ' "$1"
}

# look_at_key FILE: what a file is that a configuration names: certificates, a private key, both, a keystore.
look_at_key() {
    if ! inside "$1"; then
        unread file "${1#"$ROOT"}" outside
        return
    fi
    status_of "$1" || return 0
    set -- "$1" path "${1#"$ROOT"}" device "$device" inode "$inode" size "$size" modified "$modified" mode "$mode" uid "$uid" \
        gid "$gid" user "$(user_of "$uid")"
    if ! head -c 1 <"$1" >/dev/null 2>&1; then
        file=$1
        shift
        emit key-file "$@" why permission
        return
    fi
    if [ -n "$size" ] && [ "$size" -gt 1048576 ]; then return; fi
    magic=$(od -A n -t x1 -N 8 <"$1" | tr -d ' \n')
    marks=$(grep -a -o -e '-----BEGIN [A-Za-z0-9 ]*' -e '^Proc-Type: 4,ENCRYPTED' <"$1" 2>/dev/null)
    format='' spki='' why=''
    case $marks in
        *'BEGIN ENCRYPTED PRIVATE KEY'* | *'Proc-Type: 4,ENCRYPTED'*) format=pem why=encrypted ;;
        *'BEGIN OPENVPN STATIC KEY'* | *'BEGIN OpenVPN Static key'*) format=static why=no-public-half ;;
        *'PRIVATE KEY'*) format=pem ;;
        *BEGIN\ *) ;;
        *)
            case $magic in
                feedfeed*) format=jks why=keystore ;;
                cececece*) format=jceks why=keystore ;;
                3080020103* | 3082????020103*) format=pkcs12 why=keystore ;;
                30*)
                    if has openssl && timed 10 openssl x509 -inform DER -in "$1" -noout >/dev/null 2>&1; then
                        emit certificate path "$3" number 1 der "$(base64 <"$1" 2>/dev/null | tr -d '\n')"
                    elif has openssl; then
                        spki=$(timed 10 openssl pkey -inform DER -in "$1" -pubout -outform DER 2>/dev/null </dev/null | sha256)
                        if [ "$spki" != e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 ]; then format=der; fi
                    fi
                    ;;
                *) if [ "$size" = 48 ] || [ "$size" = 80 ]; then format=ticket why=no-public-half; fi ;;
            esac
            ;;
    esac
    if [ "$format" = pem ] && [ -z "$why" ]; then
        if ! has openssl; then why=no-openssl
        elif [ -z "$HASH" ]; then why=no-hash-tool
        else
            spki=$(spki_of "$1")
            [ -n "$spki" ] || why=not-understood
        fi
    fi
    file=$1
    shift
    if [ -n "$format" ]; then emit key-file "$@" format "$format" spki "$spki" why "$why"; fi
    case $marks in *CERTIFICATE*) certificates_of "$file" ;; esac
}

section_keys() {
    KEY_FILES='' files=0 looked=0
    starts=$(printf '%s\n' "$PROGRAMS" | awk '$1 == "program" { name = $2 } $1 == "at" { for (i = 2; i <= NF; i++) print name " " $i }')
    IFS=$NL
    for start in $starts; do
        unset IFS
        # The table's paths may be patterns.
        for path in "$ROOT"${start#* }; do
            if [ -f "$path" ]; then read_configuration "${start%% *}" "$path"; fi
        done
    done
    unset IFS
    named=$(printf '%s\n' "$KEY_FILES" | plainly | awk '$0 != "" && !seen[$0]++')
    IFS=$NL
    set -f
    for path in $named; do
        unset IFS
        looked=$((looked + 1))
        if [ $looked -gt 4096 ]; then
            emit skipped what key-file why too-many
            break
        fi
        if [ -d "$path" ]; then
            # A folder of certificates (HAProxy's crt). Not that of an authority's, which has hundreds and no keys.
            set +f
            number=0
            for each in "$path"/*; do
                number=$((number + 1))
                if [ $number -gt 64 ]; then break; fi
                case $each in *.pem | *.crt | *.cer | *.key | *.p12 | *.pfx | *.jks) look_at_key "$each" ;; esac
            done
            set -f
        else look_at_key "$path"
        fi
    done
    set +f
    unset IFS
}

# ---------------------------------------------------------------------------------------------------------------------

wrong() {
    echo "collect.sh: $1 (--help shows the options)" >&2
    exit 2
}

number_of() {
    case $2 in '' | *[!0-9]* | ????????????*) wrong "$1 wants a number" ;; esac
}

main() {
    ONLY=$SECTIONS ROOT='' OTHER_FILE_SYSTEMS=no WITH_FILES=no LIMIT_SECONDS=300 LIMIT_SIZE=67108864
    while [ $# -gt 0 ]; do
        case $1 in
            --only | --root | --limit-seconds | --limit-size) [ $# -gt 1 ] || wrong "$1 wants a value" ;;
        esac
        case $1 in
            --only) ONLY=$(printf '%s' "$2" | tr ',' ' ') && shift ;;
            --root) ROOT=$(cd -- "$2" 2>/dev/null && pwd -P) || wrong "no such folder: $2"; shift ;;
            --other-file-systems) OTHER_FILE_SYSTEMS=yes ;;
            --with-files) WITH_FILES=yes ;;
            --limit-seconds) number_of "$1" "$2"; LIMIT_SECONDS=$2; shift ;;
            --limit-size) number_of "$1" "$2"; LIMIT_SIZE=$2; shift ;;
            --help | -h) usage; exit 0 ;;
            *) wrong "no such option: $1" ;;
        esac
        shift
    done
    [ "$ROOT" != / ] || ROOT=''
    for name in $ONLY; do
        case " $SECTIONS " in *" $name "*) ;; *) wrong "no such section: $name" ;; esac
    done
    # What a user's environment could change in the tools, and folders that a user's PATH may leave out.
    LC_ALL=C PATH=$PATH:/usr/sbin:/sbin:/usr/local/sbin:/usr/local/bin
    export LC_ALL PATH
    unset IFS GREP_OPTIONS GREP_COLOR GREP_COLORS CDPATH POSIXLY_CORRECT TAR_OPTIONS GZIP ENV BASH_ENV OPENSSL_CONF
    COPIES='' CARRIED=''
    find_tools
    {
        echo "hemostat-snapshot $FORMAT"
        emit collector at "$(date +%s)" uid "$(id -u)" user "$(id -u -n 2>/dev/null)" root "$ROOT" \
            'sections[]' "$(printf '%s\n' "$ONLY" | tr ' ' '\n')" limit-seconds "$LIMIT_SECONDS" limit-size "$LIMIT_SIZE"
        # The order is ours: packages are asked who owns the copies.
        for name in $SECTIONS; do
            case " $ONLY " in *" $name "*) ;; *) continue ;; esac
            section=$name
            printf 'begin\tsection=%s\n' "$section"
            case $section in
                system) section_system ;;
                copies) section_copies ;;
                packages) section_packages ;;
                package-events) section_package_events ;;
                processes) section_processes ;;
                sockets) section_sockets ;;
                keys) section_keys ;;
            esac
            printf 'finish\tsection=%s\n' "$section"
        done
        echo end
    } 2>/dev/null | count_records
}

# Not from stdin, which may be this script; no tool may wait for a word.
main "$@" </dev/null
