# Evaluates nixos-module/package.nix, both ways, and flake.nix, against a mock of nixpkgs.
let
  lib = import ./stand-in.nix;

  derivationOf =
    args:
    args
    // args.passthru or { }
    // {
      type = "derivation";
      name = "${args.pname}-${args.version}";
      outPath = "/nix/store/00000000000000000000000000000000-${args.pname}-${args.version}";
    };

  pkgsFor =
    isStatic:
    let
      pkgs = names // {
        inherit lib;
        pkgsStatic = pkgsFor true;
        mkShell = args: args;
        testers.runNixOSTest = args: args;
        nixfmt = "nixfmt";
        stdenv = {
          hostPlatform = {
            inherit isStatic;
            isx86_64 = true;
            isAarch64 = false;
            system = "x86_64-linux";
          };
          buildPlatform.canExecute = _: true;
          mkDerivation = derivationOf;
        };
        callPackage =
          file: given:
          let
            f = import file;
          in
          f (
            builtins.intersectAttrs (builtins.functionArgs f) (removeAttrs pkgs [ "hook" ]) // given
          );
      };
    in
    pkgs;

  names = lib.genAttrs [
    "check"
    "clang-tools"
    "jansson"
    "kmod"
    "libarchive"
    "libnbd"
    "meson"
    "ninja"
    "pkg-config"
    "python3"
    "qemu"
    "scdoc"
    "udev"
    "util-linuxMinimal"
    "xz"
    "zlib"
    "zstd"
  ] (name: name);

  pkgs = pkgsFor false;
  package = pkgs.callPackage ../../nixos-module/package.nix { };

  show = p: {
    inherit (p) name mesonFlags buildInputs postInstall installCheckPhase;
    mainProgram = p.meta.mainProgram;
  };

  flake = (import ../../flake.nix).outputs {
    self = flake // {
      outPath = "/nix/store/00000000000000000000000000000000-self";
    };
    nixpkgs = {
      inherit lib;
      legacyPackages = lib.genAttrs [ "x86_64-linux" "aarch64-linux" ] (_: pkgs);
    };
  };
  systems = builtins.mapAttrs (_: builtins.attrNames);
  test = flake.checks.x86_64-linux;
in
{
  command = show package;
  hook = show package.hook;
  flake = {
    outputs = builtins.attrNames flake;
    packages = systems flake.packages;
    checks = systems flake.checks;
    devShells = systems flake.devShells;
    hook = flake.packages.x86_64-linux.bootprobe-hook.name;
    overlay = (flake.overlays.default pkgs pkgs).bootprobe.name;
    module = map builtins.toString flake.nixosModules.default.imports;
    formatter = flake.formatter;
    shell = map (p: p.name) flake.devShells.x86_64-linux.default.inputsFrom;
  };
  tests = builtins.mapAttrs (_: t: {
    inherit (t) name testScript;
    nodes = builtins.attrNames t.nodes;
  }) { inherit (test) stage-1-systemd stage-1-scripted; };
}
