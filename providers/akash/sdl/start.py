"""What a container runs so that it is a machine: a person's user-data, and an ssh server for their key.

A container has no cloud-init and no tags of its own; the key and the user-data come as environment.
Kubernetes replaces `$(NAME)` and `$$` in a container's command before any shell sees it (its docs,
"Define Environment Variables for a Container"), so the script has neither.
"""

KEY_VARIABLE = "AMPACITY_SSH_KEY"
USER_DATA_VARIABLE = "AMPACITY_USER_DATA"
"""In base64, so that nothing in it is replaced."""

SSH_PORT = 22

START = r"""
say() { echo "ampacity: $*"; }
has() { command -v "$1" >/dev/null 2>&1; }
PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"
home="${HOME:-/root}"

# What the image sets (PATH, CUDA) is there over ssh too, and what is ours is not.
remember() (
  umask 077
  mkdir -p "$home/.ssh"
  env | grep -E '^[A-Za-z_][A-Za-z0-9_]*=' \
    | grep -Ev '^(AMPACITY_[A-Z_]*|HOME|PWD|OLDPWD|SHLVL|USER|LOGNAME|SHELL|TERM|_)=' >"$home/.ssh/environment"
  printf '%s\n' "$AMPACITY_SSH_KEY" >"$home/.ssh/authorized_keys"
)

install_ssh() {
  has sshd && return 0
  if has apt-get; then
    apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -yq --no-install-recommends openssh-server
  elif has apk; then
    apk add --no-cache openssh
  elif has dnf; then
    dnf install -yq openssh-server
  else
    say "this image has no ssh server and no apt-get, apk or dnf to get one; choose another in node.image"
    return 1
  fi
}

run_user_data() {
  file="$home/user-data"
  printf '%s' "$AMPACITY_USER_DATA" | base64 -d >"$file" && chmod 700 "$file" || return
  unset AMPACITY_USER_DATA AMPACITY_SSH_KEY
  say "user-data starts; its output is in $file.log"
  { "$file" 2>&1; echo "ampacity: user-data ended with exit status $?"; } | tee "$file.log"
}

serve() {
  for pause in 5 10 20 40 0; do
    install_ssh && break
    say "no ssh server yet"
    sleep "$pause"
  done
  server=`command -v sshd` || { say "no ssh server, so this container ends"; exit 1; }
  mkdir -p /run/sshd
  ssh-keygen -A >/dev/null
  for key in /etc/ssh/ssh_host_*_key.pub; do
    [ -f "$key" ] && say "host key `ssh-keygen -lf "$key"`"
  done
  say "ssh is ready"
  unset AMPACITY_USER_DATA AMPACITY_SSH_KEY
  exec "$server" -D -e -p 22 -o PermitRootLogin=prohibit-password -o PasswordAuthentication=no \
    -o KbdInteractiveAuthentication=no -o PermitUserEnvironment=yes -o AuthorizedKeysFile=.ssh/authorized_keys
}

[ -z "${AMPACITY_SSH_KEY:-}" ] || remember
[ -z "${AMPACITY_USER_DATA:-}" ] || run_user_data &
[ -z "${AMPACITY_SSH_KEY:-}" ] || serve
exec tail -f /dev/null
""".lstrip()
"""For `sh -c`. User-data runs at every start of the container, whose files are then new each time."""
