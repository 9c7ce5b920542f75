# SPDX-License-Identifier: LGPL-2.1-or-later
# What examples/quickstart.sh, tests/run.sh and tests/bench/run.sh share. It is sourced, with `root`
# set to the folder of the project.

# To build the library and to use it from Python.
packages='build-essential meson ninja-build pkgconf libglib2.0-dev libgirepository1.0-dev
  gobject-introspection libgstreamer1.0-dev libgstreamer-plugins-base1.0-dev libpipewire-0.3-dev
  libspa-0.2-dev libpulse-dev libebur128-dev pipewire-bin python3 python3-gi
  gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-bad gstreamer1.0-libav
  sound-theme-freedesktop'
programs='cc meson ninja pkg-config g-ir-scanner'
modules='glib-2.0 gio-2.0 gobject-introspection-1.0 gstreamer-1.0 gstreamer-app-1.0
  gstreamer-audio-1.0 gstreamer-base-1.0 gstreamer-pbutils-1.0 libpipewire-0.3 libspa-0.2 libpulse
  libebur128'
python_modules='gi'

# What PulseAudio needs, for find_pulseaudio.
pulseaudio_packages='pulseaudio-utils libltdl7 libsoxr0 libspeexdsp1 libtdb1 libwrap0'

# Another Python's folders would break every Python here, meson's too.
unset PYTHONHOME PYTHONPATH

say () { printf '%s\n' "$*" >&2; }

# Makes sure that all of it is there. Asks the network only for what is missing.
install_missing () {
  if command -v apt-get >/dev/null && command -v dpkg-query >/dev/null; then
    installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' $packages 2>/dev/null) || :
    missing=
    for package in $packages; do
      printf '%s\n' "$installed" | grep -qx "installed $package" || missing="$missing $package"
    done
    [ -z "$missing" ] || apt_install $missing
    # Debian's own programs are the ones that fit together, whatever else stands on PATH.
    PATH="/usr/bin:/bin:$PATH"
    return
  fi
  missing=
  for program in $programs; do
    command -v "$program" >/dev/null || missing="$missing $program"
  done
  if command -v pkg-config >/dev/null; then
    for module in $modules; do
      pkg-config --exists "$module" || missing="$missing $module.pc"
    done
  fi
  find_python || missing="$missing python3($(echo $python_modules | tr ' ' ,))"
  [ -z "$missing" ] || {
    say "Missing, to be installed with your system's package manager:$missing"
    say "(.pc: the development package of that pkg-config module; python3 (...): its modules;"
    say "also GStreamer's base, good, bad and libav plugins, for the decoders.)"
    exit 2
  }
}

apt_install () {
  if [ "$(id -u)" = 0 ]; then
    as_root=
  else
    as_root='sudo '
  fi
  command="apt-get install --yes --no-install-recommends $*"
  say "Installing:" "$@"
  {
    if [ -n "$as_root" ]; then command -v sudo >/dev/null; fi &&
    # Lists may be stale or a source broken: whether the packages can be had is for install to say.
    { ${as_root}apt-get update -q || :; } &&
    ${as_root}env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 \
      install --yes --no-install-recommends "$@"
  } </dev/null >&2 || {
    say "Could not install them. As root, run:"
    say "  $command"
    exit 2
  }
}

# Sets `python` to an interpreter that has the modules: the system's before those on PATH.
find_python () {
  import="import $(echo $python_modules | sed 's/ /, /g')"
  path=/usr/bin:$PATH
  while [ -n "$path" ]; do
    python=${path%%:*}/python3
    "$python" -c "$import" 2>/dev/null && return
    case $path in *:*) path=${path#*:} ;; *) path= ;; esac
  done
  return 1
}

# build DIR OPTION...: sets the folder up once, or anew when meson, the options or the place have
# changed, and builds. Nothing of the caller's environment gets in.
build () {
  dir=$1
  shift
  stamp=$(printf '%s\n' "$(meson --version)" "$root" "$@")
  [ "$(cat "$dir/setup.stamp" 2>/dev/null)" = "$stamp" ] || {
    rm -rf "$dir"
    env -i PATH="$PATH" HOME="$HOME" LANG=C.UTF-8 meson setup "$@" "$dir" "$root" &&
    printf '%s\n' "$stamp" >"$dir/setup.stamp"
  } && env -i PATH="$PATH" HOME="$HOME" LANG=C.UTF-8 ninja -C "$dir"
}

# Makes sure that PulseAudio is there. Debian's package of it takes the place of pipewire-audio, and
# with it of a desktop's sound server: it is unpacked here and not installed.
find_pulseaudio () {
  command -v pulseaudio >/dev/null && return
  dir=$root/_build/pulseaudio-$(dpkg-query -W -f '${Version}' libpulse0)
  PATH="$dir/bin:$PATH"
  [ ! -x "$dir/bin/pulseaudio" ] || return 0
  rm -rf "$dir"
  mkdir -p "$dir/bin"
  (cd "$dir" && apt-get download -q pulseaudio >&2 && dpkg-deb --extract pulseaudio_*.deb .) &&
  modules=$(echo "$dir"/usr/lib/pulse-*/modules) &&
  cat >"$dir/pulseaudio" <<EOF &&
#!/bin/sh
export LD_LIBRARY_PATH='$(echo "$dir"/usr/lib/*/pulseaudio):$modules'
exec '$dir/usr/bin/pulseaudio' --dl-search-path='$modules' "\$@"
EOF
  chmod +x "$dir/pulseaudio" && mv "$dir/pulseaudio" "$dir/bin/" || {
    say 'Could not get PulseAudio; are the lists of apt-get update there?'
    return 1
  }
}
