# The options of NixOS that nixos-module/ sets or reads, and what NixOS makes of its units: for
# evaluations without NixOS's own modules.
{
  config,
  lib,
  hasScripts,
  ...
}:
let
  inherit (lib) mkOption types;

  option = type: default: mkOption { inherit type default; description = "as in NixOS"; };
  list = option (types.listOf types.str) [ ];
  lines = option types.lines "";

  toValue = value: if builtins.isBool value then (if value then "true" else "false") else toString value;
  section =
    values:
    builtins.concatStringsSep "" (
      builtins.concatLists (
        lib.mapAttrsToList (
          name: value:
          map (one: "${name}=${toValue one}\n") (if builtins.isList value then value else [ value ])
        ) values
      )
    );
  unitOf =
    service:
    let
      ordering = lib.optionalAttrs (service ? after) { After = toString service.after; }
        // lib.optionalAttrs (service ? before) { Before = toString service.before; };
      known = [
        "after"
        "before"
        "description"
        "documentation"
        "serviceConfig"
        "unitConfig"
        "wantedBy"
      ];
      stray = builtins.filter (name: !builtins.elem name known) (builtins.attrNames service);
    in
    if stray != [ ] then
      throw "system.nix does not know ${toString stray} of a service"
    else
      {
        inherit (service) wantedBy;
        text =
          "[Unit]\n"
          + section (
            {
              Description = service.description;
              Documentation = toString service.documentation;
            }
            // ordering
            // service.unitConfig
          )
          + "\n[Service]\n"
          + section service.serviceConfig;
      };
in
{
  options = {
    assertions = option (types.listOf types.attrs) [ ];
    environment.systemPackages = option (types.listOf types.package) [ ];
    boot.kernelParams = list;
    boot.initrd = {
      enable = option types.bool true;
      kernelModules = list;
      availableKernelModules = list;
      systemd = {
        enable = option types.bool true;
        storePaths = list;
        services = option types.attrs { };
        units = option types.attrs { };
      };
    }
    // lib.optionalAttrs hasScripts {
      extraUtilsCommands = lines;
      extraUtilsCommandsTest = lines;
      preDeviceCommands = lines;
      postMountCommands = lines;
      preFailCommands = lines;
    };
  };

  config.boot.initrd.systemd.units = builtins.listToAttrs (
    lib.mapAttrsToList (name: service: {
      name = "${name}.service";
      value = unitOf service;
    }) config.boot.initrd.systemd.services
  );
}
