# SPDX-License-Identifier: MIT
# callPackage gives the package: the command, and the static hook beside it. pkgsStatic.callPackage
# gives the hook alone, with musl, libudev-zero, and kmod and libblkid as static archives.
{
  lib,
  stdenv,
  pkgsStatic,
  pkg-config,
  meson,
  ninja,
  scdoc,
  python3,
  udev,
  kmod,
  util-linuxMinimal,
  xz,
  zlib,
  zstd,
  jansson,
  libarchive,
  libnbd,
  check,
  hook ? pkgsStatic.callPackage ./package.nix { },
}:
let
  isStatic = stdenv.hostPlatform.isStatic;

  source = lib.fileset.toSource {
    root = ./..;
    fileset = lib.fileset.unions [
      ../LICENSE
      ../completions
      ../docs/findings.md
      ../docs/glossary.md
      ../docs/man
      ../dracut
      ../include
      ../meson.build
      ../meson_options.txt
      ../src
      ../tests
      ../tools
    ];
  };

  # "  version: '1.2.3'," of meson.build
  version = lib.pipe ../meson.build [
    builtins.readFile
    (lib.splitString "\n")
    (lib.findFirst (lib.hasPrefix "  version: '") (throw "meson.build has no version"))
    (lib.removePrefix "  version: '")
    (lib.removeSuffix "',")
  ];
in
stdenv.mkDerivation {
  pname = if isStatic then "bootprobe-hook" else "bootprobe";
  inherit version;
  src = source;

  strictDeps = true;
  # meson asks for scdoc as a program of the machine that builds.
  depsBuildBuild = lib.optionals (!isStatic) [ pkg-config ];
  nativeBuildInputs = [
    meson
    ninja
    pkg-config
  ]
  ++ lib.optionals (!isStatic) [
    scdoc
    # Makes the texts of "bootprobe explain".
    python3
  ];
  buildInputs = [
    udev
    kmod
    util-linuxMinimal
  ]
  # What the static libkmod is linked with.
  ++ lib.optionals isStatic [
    xz
    zlib
    zstd
  ]
  ++ lib.optionals (!isStatic) [
    jansson
    libarchive
    libnbd
    check
  ];

  mesonBuildType = if isStatic then "minsize" else "release";
  mesonFlags = [
    # A newer compiler has newer warnings.
    (lib.mesonBool "werror" false)
    (lib.mesonBool "static" isStatic)
    (lib.mesonBool "initramfs_tools" false)
  ]
  ++ lib.optionals isStatic [
    # This compiler says -static by itself, and its start files are not position-independent.
    (lib.mesonBool "static_pie" false)
    (lib.mesonBool "b_pie" false)
  ];

  # The tools of a build run with the Python of that build.
  postPatch = lib.optionalString (!isStatic) ''
    patchShebangs tools
  '';

  # dracut's module is of no use on NixOS. The hook of the package is the one that runs anywhere.
  postInstall =
    if isStatic then
      ''
        rm -r "$out/lib/dracut"
      ''
    else
      ''
        install -D -m 555 ${hook}/lib/bootprobe/bootprobe-hook "$out/lib/bootprobe/bootprobe-hook"
      '';

  # The tests want some twenty more programs: tests/run.sh has them.
  doCheck = false;
  doInstallCheck = stdenv.buildPlatform.canExecute stdenv.hostPlatform;
  installCheckPhase = ''
    runHook preInstallCheck
    $out/lib/bootprobe/bootprobe-hook --version
    $out/lib/bootprobe/bootprobe-hook now --sysroot ${source}/tests/fixtures/nixos/root --report - >report
    grep -q '"type":"end"' report
    if $READELF -lW $out/lib/bootprobe/bootprobe-hook | grep INTERP; then
      echo "the hook is not static, and no initrd has its libraries" >&2
      exit 1
    fi
  ''
  + lib.optionalString (!isStatic) ''
    $out/bin/bootprobe explain console.phantom
  ''
  + ''
    runHook postInstallCheck
  '';

  passthru = lib.optionalAttrs (!isStatic) { inherit hook; };

  meta = {
    description = "Tells from the initrd what a virtual machine really is and why it does not boot";
    license = lib.licenses.mit;
    platforms = lib.platforms.linux;
    mainProgram = if isStatic then "bootprobe-hook" else "bootprobe";
  };
}
