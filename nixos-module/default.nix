# SPDX-License-Identifier: MIT
# boot.initrd.bootprobe: the hook in stage 1 of NixOS, with systemd in it or scripted.
{
  config,
  lib,
  options,
  pkgs,
  ...
}:
let
  inherit (lib)
    any
    concatLists
    concatStringsSep
    elem
    filter
    hasPrefix
    literalExpression
    mapAttrsToList
    mkAfter
    mkBefore
    mkIf
    mkMerge
    mkOption
    optional
    optionalAttrs
    optionals
    types
    ;

  initrd = config.boot.initrd;
  cfg = initrd.bootprobe;
  inherit (cfg) settings;
  hook = "${cfg.package}/lib/bootprobe/bootprobe-hook";

  # ---- durations, as the hook reads them: a whole number of ms, s, min; without a unit, seconds

  duration = types.strMatching "[0-9]+(ms|s|min)?";

  # leading zeros are no octal number
  toInt =
    digits:
    let
      stripped = builtins.head (builtins.match "0*([0-9]+)" digits);
    in
    builtins.fromJSON stripped;

  toMs =
    text:
    let
      parts = builtins.match "([0-9]+)(ms|s|min)?" text;
      unit = builtins.elemAt parts 1;
      factors = {
        ms = 1;
        s = 1000;
        min = 60 * 1000;
      };
    in
    toInt (builtins.head parts) * factors.${if unit == null then "s" else unit};

  isBetween =
    low: high: text:
    text == null || (toMs text >= low && toMs text <= high);

  # ---- kernel parameters: the only place where options become words of the command line

  settingValues = {
    budget = settings.budget;
    stall = settings.stall;
    sinks = if settings.sinks == null then null else concatStringsSep "," settings.sinks;
    record = settings.record;
    record-for = settings.recordFor;
    heal = settings.heal;
  };

  kernelParams =
    optional (cfg.activation == "always") "bootprobe"
    ++ concatLists (
      mapAttrsToList (name: value: optional (value != null) "bootprobe.${name}=${value}") settingValues
    );

  # Words of another module, or of the user, that say the same thing in another way.
  foreignParams = filter (
    param: (param == "bootprobe" || hasPrefix "bootprobe=" param || hasPrefix "bootprobe." param)
      && !elem param kernelParams
  ) config.boot.kernelParams;

  doubled = filter (
    name: settingValues.${name} != null && any (hasPrefix "bootprobe.${name}=") foreignParams
  ) (builtins.attrNames settingValues);

  switchedOff = filter (
    param:
    elem param [
      "bootprobe=0"
      "bootprobe=off"
      "bootprobe=no"
      "bootprobe=n"
      "bootprobe=false"
    ]
  ) foreignParams;

  # ---- stage 1 with systemd

  # Whether it is asked for, the program judges: no condition can look at what the host says in SMBIOS.
  # It forks a collector that outlives it, and that must outlive the unit and stage 1.
  unitConfig = {
    DefaultDependencies = false;
    IgnoreOnIsolate = true;
  };

  serviceConfig = {
    Type = "oneshot";
    KillMode = "process";
    # More than bootprobe.budget= may be.
    TimeoutStartSec = 70;
    StandardInput = "null";
    StandardOutput = "null";
    StandardError = "null";
  };

  documentation = [ "man:bootprobe(1)" ];

  services = {
    bootprobe-start = {
      description = "Boot Probe, First Look";
      inherit documentation;
      wantedBy = [ "sysinit.target" ];
      before = [
        "systemd-udevd.service"
        "systemd-udev-trigger.service"
        "systemd-modules-load.service"
        "sysinit.target"
      ];
      unitConfig = unitConfig // {
        # A unit that has ended is started again by every job that pulls its target in: once is enough.
        ConditionPathExists = "!/run/bootprobe";
      };
      serviceConfig = serviceConfig // {
        ExecStart = "-${hook} start";
      };
    };

    bootprobe-finish = {
      description = "Boot Probe, Last Look";
      inherit documentation;
      wantedBy = [ "initrd-switch-root.target" ];
      # The last moment: everything else of stage 1 is over, but udev's database is still there.
      after = [
        "initrd-root-fs.target"
        "initrd-fs.target"
        "initrd.target"
        "initrd-parse-etc.service"
        "initrd-cleanup.service"
        "bootprobe-start.service"
      ];
      before = [
        "initrd-udevadm-cleanup-db.service"
        "initrd-nixos-activation.service"
        "initrd-switch-root.target"
        "initrd-switch-root.service"
      ];
      inherit unitConfig;
      serviceConfig = serviceConfig // {
        ExecStart = "-${hook} finish --root /sysroot";
      };
    };

    # There will be no later moment to judge. The page goes to the consoles above the prompt, and the
    # report out before boot.panic_on_fail ends the machine.
    bootprobe-emergency = {
      description = "Boot Probe, Look Before the Emergency Shell";
      inherit documentation;
      wantedBy = [
        "emergency.target"
        "rescue.target"
      ];
      before = [
        "emergency.service"
        "rescue.service"
        "panic-on-fail.service"
      ];
      unitConfig = unitConfig // {
        ConditionPathExists = "/run/bootprobe";
      };
      serviceConfig = serviceConfig // {
        ExecStart = "-${hook} finish --root /sysroot";
      };
    };
  };

  # ---- scripted stage 1

  # Pasted into a script that is PID 1: no variable, descriptor or exit status of it changes. No word
  # between two at signs in here: NixOS would take it for one of its own placeholders.
  call = words: "(exec bootprobe-hook ${words} </dev/null >/dev/null 2>&1) || :";

  startCommands = ''
    # bootprobe: first look
    [ -e /run/bootprobe ] || ${call "start"}
  '';

  finishCommands = ''
    # bootprobe: last look
    ${call "finish --root \"$targetRoot\""}
  '';

  # Runs even where the script dies of closed descriptors before it has loaded a module, or knows where
  # they are, and the report's port wants some, and two seconds for them; who is asked for a key, or
  # panics, has that time. The page stands above the prompt for a shell.
  failCommands = ''
    # bootprobe: look before the prompt
    [ -e /lib/modules ] || (mkdir -p /lib && exec ln -s /nix/store/*/lib/modules /lib/) >/dev/null 2>&1 || :
    [ -e /run/bootprobe ] || { ${call "start"}; [ ! -e /run/bootprobe ] || sleep 2; }
    ${call "finish --root \"$targetRoot\""}
    [ -s /run/bootprobe/shown ] || [ ! -s /run/bootprobe/summary.txt ] || (cat /run/bootprobe/summary.txt) || :
  '';
in
{
  options.boot.initrd.bootprobe = {
    enable = mkOption {
      type = types.bool;
      default = false;
      example = true;
      description = ''
        Whether to put bootprobe into the initrd: what the machine really is, and what is wrong with
        it, told by the boot itself. It sleeps until the kernel command line says `bootprobe`; see
        {option}`boot.initrd.bootprobe.activation`.
      '';
    };

    package = mkOption {
      type = types.package;
      default = pkgs.callPackage ./package.nix { };
      defaultText = literalExpression "pkgs.callPackage ./package.nix { }";
      example = literalExpression "inputs.bootprobe.packages.\${pkgs.system}.default";
      description = ''
        The package to use: the command in {file}`bin/bootprobe`, which joins the system's
        packages, and the hook in {file}`lib/bootprobe/bootprobe-hook`, which goes into the initrd
        and must be static.
      '';
    };

    activation = mkOption {
      type = types.enum [
        "kernelParam"
        "always"
      ];
      default = "kernelParam";
      example = "always";
      description = ''
        When it looks. `kernelParam`: in a boot whose kernel command line says `bootprobe`, for
        example because you typed it in the boot loader. `always`: in every boot; then `bootprobe=0`
        at the end of the command line lets it sleep for once.
      '';
    };

    settings = {
      budget = mkOption {
        type = types.nullOr duration;
        default = null;
        example = "500ms";
        description = ''
          How long stage 1 waits at most for the first look: a whole number of `ms`, `s` or `min`, up
          to a minute; `0` waits for nothing. `null`: as the hook has it, 1 s.
        '';
      };

      stall = mkOption {
        type = types.nullOr duration;
        default = null;
        example = "2min";
        description = ''
          When stage 1 has not gone on by then, it reports anyway, and again at doubling intervals;
          between a second and a day. `null`: as the hook has it, 30 s.
        '';
      };

      sinks = mkOption {
        type = types.nullOr (
          types.nonEmptyListOf (
            types.enum [
              "kmsg"
              "virtio"
              "console"
              "console-records"
              "run"
            ]
          )
        );
        default = null;
        example = [
          "kmsg"
          "virtio"
          "run"
        ];
        description = ''
          Where the report goes: the kernel log, the virtio port `org.bootprobe.report.0`, a page on
          live consoles, the records there as well, {file}`/run/bootprobe`. `null`: as the hook has
          it, all of them but `console-records`.
        '';
      };

      record = mkOption {
        type = types.nullOr (
          types.enum [
            "off"
            "exit"
            "full"
          ]
        );
        default = null;
        example = "exit";
        description = ''
          Whether it goes on after the handoff to stage 2: not at all, to tell how PID 1 ended, or to
          record what it does as well. A hook that does not know a value says so in its `config`
          record and goes on without. `null`: as the hook has it, `off`.
        '';
      };

      recordFor = mkOption {
        type = types.nullOr duration;
        default = null;
        example = "5min";
        description = ''
          For how long at most it goes on after the handoff: from a second to a day. It ends when
          somebody can log in. `null`: as the hook has it, 10 min.
        '';
      };

      heal = mkOption {
        type = types.nullOr (
          types.enum [
            "off"
            "console"
          ]
        );
        default = null;
        example = "console";
        description = ''
          Whether it mends what it found: `console` turns a console with nothing behind it to one
          that works. A hook that does not know a value says so in its `config` record and goes on
          without. `null`: as the hook has it, `off`.
        '';
      };
    };
  };

  config = mkIf cfg.enable (mkMerge [
    {
      assertions = [
        {
          assertion = initrd.enable;
          message = ''
            boot.initrd.bootprobe.enable puts a program into the initrd, and this system has none.
            Set boot.initrd.enable = true, or boot.initrd.bootprobe.enable = false.
          '';
        }
        {
          assertion = isBetween 0 60000 settings.budget;
          message = ''
            boot.initrd.bootprobe.settings.budget is "${toString settings.budget}"; a boot waits for at
            most 60 s. Set a shorter time, or null for the hook's own.
          '';
        }
        {
          assertion = isBetween 1000 (24 * 3600 * 1000) settings.stall;
          message = ''
            boot.initrd.bootprobe.settings.stall is "${toString settings.stall}"; it may be from 1 s to
            one day. Set another time, or null for the hook's own.
          '';
        }
        {
          assertion = isBetween 1000 (24 * 3600 * 1000) settings.recordFor;
          message = ''
            boot.initrd.bootprobe.settings.recordFor is "${toString settings.recordFor}"; it may be
            from 1 s to one day. Set another time, or null for the hook's own.
          '';
        }
        {
          assertion = cfg.activation == "always" -> switchedOff == [ ];
          message = ''
            boot.initrd.bootprobe.activation = "always" switches bootprobe on, and boot.kernelParams
            has ${concatStringsSep " and " switchedOff}. Remove that from boot.kernelParams, or set
            boot.initrd.bootprobe.activation = "kernelParam".
          '';
        }
        {
          assertion = doubled == [ ];
          message = ''
            boot.kernelParams and boot.initrd.bootprobe.settings both set ${
              concatStringsSep " and " (map (name: "bootprobe.${name}") doubled)
            }. Remove it from boot.kernelParams.
          '';
        }
      ];

      boot.kernelParams = kernelParams;
      # The report's port hangs on virtio_pci, which the profile qemu-guest leaves to udev: too late for
      # the first look. The hook loads the others by itself when it is asked for.
      boot.initrd.kernelModules = [ "virtio_pci" ];
      boot.initrd.availableKernelModules = [
        "virtio_mmio"
        "virtio_console"
      ]
      ++ optionals (pkgs.stdenv.hostPlatform.isx86_64 || pkgs.stdenv.hostPlatform.isAarch64) [
        "qemu_fw_cfg"
      ];
      environment.systemPackages = [ cfg.package ];
    }

    (mkIf initrd.systemd.enable {
      boot.initrd.systemd = {
        inherit services;
        # The one file, and not the whole package.
        storePaths = [ hook ];
      };
    })

    (mkIf (!initrd.systemd.enable) {
      # Where NixOS has no such options, it has no other kind of stage 1 either.
      boot.initrd = optionalAttrs (options.boot.initrd ? preFailCommands) {
        extraUtilsCommands = ''
          copy_bin_and_libs ${hook}
        '';
        extraUtilsCommandsTest = ''
          $out/bin/bootprobe-hook --version
        '';
        # Before other commands there, and udev; after all that stage 1 does to the new root.
        preDeviceCommands = mkBefore startCommands;
        postMountCommands = mkAfter finishCommands;
        preFailCommands = mkBefore failCommands;
      };
    })
  ]);
}
