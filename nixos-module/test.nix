# SPDX-License-Identifier: MIT
# NixOS machines that boot with the module, one test a kind of stage 1. In each, one machine has its
# console and another is told to use a port that it does not have.
{
  pkgs,
}:
let
  inherit (pkgs) lib;

  # Reads what the guest has, as a program of a later stage would.
  assertions = ''
    import json

    def records(machine):
        lines = machine.succeed("cat /run/bootprobe/report.jsonl").splitlines()
        return [json.loads(line) for line in lines]

    def of_type(machine, name):
        return [record for record in records(machine) if record["type"] == name]

    def findings(machine):
        return {record["id"] for record in of_type(machine, "finding")}

    def judge_whole(machine):
        machine.wait_for_unit("multi-user.target")
        ends = of_type(machine, "end")
        assert ends, "no end: the report is not whole"
        assert ends[-1]["phase"] in ("finish", "delivered"), ends[-1]
        assert of_type(machine, "root"), "nothing said of the root device"
        page = machine.succeed("bootprobe show")
        assert "handoff" in page or "machine" in page, page
        machine.succeed("dmesg | grep -q 'bootprobe: {\"bootprobe\":1,'")

    def judge_port(machine):
        text = (machine.state_dir / "report.jsonl").read_text()
        assert '"type":"end"' in text, "the host has no whole report"
  '';

  machine =
    withSystemd: consoles:
    {
      imports = [ ./default.nix ];

      boot.initrd.systemd.enable = withSystemd;
      boot.initrd.bootprobe = {
        enable = true;
        activation = "always";
        settings.budget = "5s";
      };
      boot.kernelParams = lib.mkAfter consoles;
      virtualisation.qemu.options = [
        "-device virtio-serial-pci,id=bootprobe"
        "-chardev file,id=bpr,path=report.jsonl"
        "-device virtserialport,bus=bootprobe.0,chardev=bpr,name=org.bootprobe.report.0"
      ];
    };

  test =
    name: withSystemd:
    pkgs.testers.runNixOSTest {
      name = "bootprobe-${name}";

      nodes.healthy = machine withSystemd [ ];
      # The test driver's own console stays; the last one, which is /dev/console, is ttyS3.
      nodes.phantom = machine withSystemd [ "console=ttyS3" ];
      nodes.dormant =
        {
          imports = [ (machine withSystemd [ ]) ];
          boot.initrd.bootprobe.activation = lib.mkForce "kernelParam";
        };

      testScript = ''
        ${assertions}
        start_all()

        with subtest("healthy"):
            judge_whole(healthy)
            judge_port(healthy)
            assert "console.phantom" not in findings(healthy), findings(healthy)

        with subtest("phantom console"):
            judge_whole(phantom)
            judge_port(phantom)
            assert "console.phantom" in findings(phantom), findings(phantom)

        with subtest("dormant"):
            dormant.wait_for_unit("multi-user.target")
            dormant.fail("test -e /run/bootprobe")
            assert not (dormant.state_dir / "report.jsonl").read_text()
            dormant.succeed("bootprobe explain console.phantom")
      '';
    };
in
{
  stage-1-systemd = test "systemd" true;
}
# NixOS 26.11 is to have no scripted stage 1 any more.
// lib.optionalAttrs (lib.versionOlder lib.trivial.release "26.11") {
  stage-1-scripted = test "scripted" false;
}
