# Configurations of a NixOS machine, by name. check.py says what is to come of each.
let
  base = {
    boot.initrd.bootprobe.enable = true;
  };
  with' = settings: { boot.initrd.bootprobe = { enable = true; inherit settings; }; };
in
{
  disabled = { };
  dormant = base;
  always.boot.initrd.bootprobe = {
    enable = true;
    activation = "always";
  };
  all-settings.boot.initrd.bootprobe = {
    enable = true;
    activation = "always";
    settings = {
      budget = "500ms";
      stall = "2min";
      sinks = [
        "kmsg"
        "virtio"
        "run"
      ];
      record = "exit";
      recordFor = "5min";
      heal = "console";
    };
  };
  # The limits themselves, and leading zeros.
  longest = with' {
    budget = "060";
    stall = "1440min";
    recordFor = "1440min";
  };
  shortest = with' {
    budget = "0";
    stall = "1000ms";
    recordFor = "1";
  };
  # Two more who use the same places in the scripts of stage 1.
  crowded-scripted = [
    base
    {
      boot.initrd = {
        systemd.enable = false;
        preDeviceCommands = "echo other";
        postMountCommands = "echo other";
        preFailCommands = "echo other";
      };
    }
  ];

  # ---- must be refused, with a message
  no-initrd = [
    base
    { boot.initrd.enable = false; }
  ];
  budget-too-long = with' { budget = "61s"; };
  stall-too-short = with' { stall = "999ms"; };
  stall-too-long = with' { stall = "1441min"; };
  record-too-short = with' { recordFor = "999ms"; };
  record-too-long = with' { recordFor = "86401"; };
  record-twice = [
    (with' { recordFor = "2min"; })
    { boot.kernelParams = [ "bootprobe.record-for=3min" ]; }
  ];
  always-and-off = [
    {
      boot.initrd.bootprobe = {
        enable = true;
        activation = "always";
      };
      boot.kernelParams = [ "bootprobe=off" ];
    }
  ];
  stated-twice = [
    (with' { budget = "2s"; })
    { boot.kernelParams = [ "bootprobe.budget=3s" ]; }
  ];
  # The same words are no contradiction, nor are words that begin alike.
  stated-alike = [
    (with' { budget = "2s"; recordFor = "2min"; })
    { boot.kernelParams = [ "bootprobe.stall=3s" "bootprobe.record=exit" "quiet" ]; }
  ];

  # ---- must not evaluate
  bad-budget = with' { budget = "soon"; };
  bad-unit = with' { stall = "1h"; };
  bad-sink = with' { sinks = [ "printer" ]; };
  no-sink = with' { sinks = [ ]; };
  bad-record = with' { record = "all"; };
  bad-heal = with' { heal = "disk"; };
  bad-setting = with' { color = "red"; };
  bad-activation.boot.initrd.bootprobe = {
    enable = true;
    activation = "sometimes";
  };
}
