# Evaluates nixos-module/ for each of cases.nix and each kind of stage 1. Strict and as JSON:
#   nix-instantiate --eval --strict --json evaluate.nix [--arg nixpkgs /path/to/nixpkgs]
# nixpkgs: with its nixos folder, NixOS's own modules; with lib alone, its module system around
# system.nix; null, stand-in.nix around system.nix.
{
  nixpkgs ? null,
}:
let
  hasNixos = nixpkgs != null && builtins.pathExists (nixpkgs + "/nixos/lib/eval-config.nix");
  lib = if nixpkgs == null then import ./stand-in.nix else import (nixpkgs + "/lib");
  module = ../../nixos-module;

  package = {
    type = "derivation";
    name = "bootprobe-0";
    outPath = "/nix/store/00000000000000000000000000000000-bootprobe-0";
  };

  pkgs = {
    stdenv.hostPlatform = {
      isx86_64 = true;
      isAarch64 = false;
    };
    callPackage = file: _: if baseNameOf file == "package.nix" then package else throw "what is ${file}?";
  };

  # What a NixOS needs to be evaluated at all.
  machine = {
    boot.initrd.bootprobe.package = package;
    boot.loader.grub.enable = false;
    fileSystems."/" = {
      device = "/dev/vda1";
      fsType = "ext4";
    };
    system.stateVersion = "24.11";
    nixpkgs.hostPlatform = "x86_64-linux";
  };

  evaluate =
    hasScripts: modules:
    if hasNixos then
      import (nixpkgs + "/nixos/lib/eval-config.nix") {
        system = null;
        modules = [
          module
          machine
        ]
        ++ modules;
      }
    else
      lib.evalModules {
        modules = [
          module
          ./system.nix
        ]
        ++ modules;
        specialArgs = { inherit pkgs hasScripts; };
      };

  ours = unit: builtins.substring 0 9 unit == "bootprobe";

  resultOf =
    config:
    let
      inherit (config.boot) initrd;
      names = builtins.filter ours (builtins.attrNames initrd.systemd.units);
    in
    {
      refused = map (a: a.message) (builtins.filter (a: !a.assertion) config.assertions);
      inherit (config.boot) kernelParams;
      inherit (initrd) kernelModules availableKernelModules;
      packages = map (p: p.name or "?") config.environment.systemPackages;
      storePaths = map (p: "${p.source or p}") initrd.systemd.storePaths;
      units = builtins.listToAttrs (
        map (name: {
          inherit name;
          value = { inherit (initrd.systemd.units.${name}) text wantedBy; };
        }) names
      );
      fragments = {
        extraUtilsCommands = initrd.extraUtilsCommands or "";
        extraUtilsCommandsTest = initrd.extraUtilsCommandsTest or "";
        preDeviceCommands = initrd.preDeviceCommands or "";
        postMountCommands = initrd.postMountCommands or "";
        preFailCommands = initrd.preFailCommands or "";
      };
    };

  runCase =
    withSystemd: case:
    let
      kind = {
        boot.initrd.systemd.enable = withSystemd;
      };
      given = if builtins.isList case then case else [ case ];
      isScriptedOnly = case: builtins.any (m: m ? boot.initrd.systemd.enable) case;
      tried = builtins.tryEval (
        let
          result = resultOf (evaluate true (given ++ (if isScriptedOnly given then [ ] else [ kind ]))).config;
        in
        builtins.deepSeq result result
      );
    in
    if tried.success then tried.value else "does not evaluate";
in
{
  evaluatedWith = if hasNixos then "NixOS" else if nixpkgs != null then "lib of nixpkgs" else "stand-in";
  systemd = builtins.mapAttrs (_: runCase true) (removeAttrs (import ./cases.nix) [ "crowded-scripted" ]);
  scripted = builtins.mapAttrs (_: runCase false) (import ./cases.nix);
  # A NixOS that knows no other stage 1 than systemd's.
  scriptless = resultOf (evaluate false [ { boot.initrd.bootprobe.enable = true; } ]).config;
}
