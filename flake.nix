# SPDX-License-Identifier: MIT
{
  description = "Tells from the initrd what a virtual machine really is and why it does not boot";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";

  outputs =
    { self, nixpkgs }:
    let
      inherit (nixpkgs) lib;
      eachSystem =
        of:
        lib.genAttrs [
          "x86_64-linux"
          "aarch64-linux"
        ] (system: of nixpkgs.legacyPackages.${system});
    in
    {
      # Brings its own package; no overlay is needed.
      nixosModules.default = {
        _file = "${self}/nixos-module/default.nix";
        imports = [ ./nixos-module ];
      };

      overlays.default = final: _: {
        bootprobe = final.callPackage ./nixos-module/package.nix { };
      };

      packages = eachSystem (
        pkgs:
        let
          bootprobe = pkgs.callPackage ./nixos-module/package.nix { };
        in
        {
          default = bootprobe;
          inherit bootprobe;
          # Static, for any initrd.
          bootprobe-hook = bootprobe.hook;
        }
      );

      checks = eachSystem (
        pkgs:
        self.packages.${pkgs.stdenv.hostPlatform.system}
        // import ./nixos-module/test.nix { inherit pkgs; }
      );

      devShells = eachSystem (pkgs: {
        default = pkgs.mkShell {
          inputsFrom = [ self.packages.${pkgs.stdenv.hostPlatform.system}.default ];
          packages = [
            pkgs.clang-tools
            pkgs.python3
            pkgs.qemu
          ];
        };
      });

      formatter = eachSystem (pkgs: pkgs.nixfmt);
    };
}
