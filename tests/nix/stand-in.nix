# As much of nixpkgs' lib as nixos-module/ needs, for machines without nixpkgs: types that check, and
# evalModules that merges. What it cannot do, it refuses.
let
  inherit (builtins)
    all
    any
    attrNames
    concatLists
    concatMap
    concatStringsSep
    elem
    elemAt
    filter
    foldl'
    head
    isAttrs
    isBool
    isFunction
    isList
    isString
    length
    listToAttrs
    map
    match
    removeAttrs
    sort
    stringLength
    substring
    tail
    ;

  # ---- definitions

  isTyped = name: value: isAttrs value && value._type or "" == name;

  mkIf = condition: content: {
    _type = "if";
    inherit condition content;
  };
  mkMerge = contents: {
    _type = "merge";
    inherit contents;
  };
  mkOrder = priority: content: {
    _type = "order";
    inherit priority content;
  };
  reverse = foldl' (done: value: [ value ] ++ done) [ ];

  mkOption = option: option // { _type = "option"; };

  # All definitions in a definition. Conditions are kept and not asked: they may depend on options next
  # to the one that is wanted.
  defs =
    def:
    let
      inner = content: defs (def // { value = content; });
      inherit (def) value;
    in
    if isTyped "if" value then
      map (d: d // { isOn = def.isOn && value.condition && d.isOn; }) (inner value.content)
    else if isTyped "merge" value then
      concatMap inner value.contents
    else if isTyped "order" value then
      map (d: d // { inherit (value) priority; }) (inner value.content)
    else
      [ def ];

  plain = value: {
    priority = 1000;
    isOn = true;
    inherit value;
  };

  # ---- types: check one definition, merge all that are right

  scalar = name: check: {
    inherit name check;
    merge =
      path: values:
      if all (value: value == head values) values then
        head values
      else
        throw "The option `${path}' has conflicting definition values";
  };

  types = rec {
    str = scalar "string" isString;
    bool = scalar "boolean" isBool;
    package = scalar "package" (value: isAttrs value && value.type or "" == "derivation");
    strMatching =
      pattern: scalar "string matching ${pattern}" (value: isString value && match pattern value != null);
    enum = values: scalar "one of ${concatStringsSep ", " values}" (value: elem value values);
    lines = {
      name = "lines";
      check = isString;
      merge = _: concatStringsSep "\n";
    };
    attrs = {
      name = "attribute set";
      check = isAttrs;
      merge = _: foldl' (a: b: a // b) { };
    };
    listOf = of: {
      name = "list of ${of.name}";
      check = value: isList value && all of.check value;
      merge = _: concatLists;
    };
    nonEmptyListOf =
      of:
      listOf of
      // {
        name = "non-empty list of ${of.name}";
        check = value: (listOf of).check value && value != [ ];
      };
    nullOr = of: {
      name = "null or ${of.name}";
      check = value: value == null || of.check value;
      merge =
        path: values: if all (value: value == null) values then null else of.merge path values;
    };
  };

  # ---- modules

  mergeOption =
    path: option: found:
    let
      wrong = filter (def: !option.type.check def.value) found;
      ordered = sort (a: b: a.priority < b.priority) found;
    in
    if !(option ? description) then
      throw "The option `${path}' has no description"
    else if wrong != [ ] then
      throw "A definition for option `${path}' is not of type `${option.type.name}'."
    else if found == [ ] then
      option.default or (throw "The option `${path}' is used but not defined")
    else
      option.type.merge path (map (def: def.value) ordered);

  # declared: tree of options; found: definitions of this level.
  mergeTree =
    path: declared: found:
    let
      name = concatStringsSep "." path;
      contents = concatMap defs found;
      stray = filter (key: !(declared ? ${key})) (concatMap (def: attrNames def.value) contents);
    in
    if isTyped "option" declared then
      mergeOption name declared (filter (def: def.isOn) contents)
    else if stray != [ ] then
      throw "The option `${concatStringsSep "." (path ++ [ (head stray) ])}' does not exist."
    else
      builtins.mapAttrs (
        key: inner:
        mergeTree (path ++ [ key ]) inner (
          concatMap (
            def:
            if def.value ? ${key} then [ (def // { value = def.value.${key}; }) ] else [ ]
          ) contents
        )
      ) declared;

  joinOptions =
    a: b:
    if isTyped "option" a || isTyped "option" b then
      throw "an option is declared twice"
    else
      a
      // builtins.mapAttrs (key: inner: if a ? ${key} then joinOptions a.${key} inner else inner) b;

  evalModules =
    { modules, specialArgs }:
    let
      arguments = specialArgs // {
        inherit config options lib;
      };
      load =
        module:
        let
          value = if isFunction module then module else if isAttrs module then module else import module;
          content = if isFunction value then value arguments else value;
        in
        if content ? options || content ? config then
          { options = { }; config = { }; } // content
        else
          { options = { }; config = content; };
      loaded = map load modules;
      options = foldl' joinOptions { } (map (module: module.options) loaded);
      config = mergeTree [ ] options (
        # As in nixpkgs: of equals, the later module comes first.
        reverse (map (module: plain module.config) loaded)
      );
    in
    {
      inherit config options;
    };

  lib = rec {
    inherit
      all
      any
      attrNames
      concatLists
      concatMap
      concatStringsSep
      elem
      elemAt
      evalModules
      filter
      head
      length
      mkIf
      mkMerge
      mkOption
      mkOrder
      types
      ;
    mkBefore = mkOrder 500;
    mkAfter = mkOrder 1500;
    literalExpression = text: {
      _type = "literalExpression";
      inherit text;
    };
    optional = condition: value: if condition then [ value ] else [ ];
    optionals = condition: values: if condition then values else [ ];
    optionalAttrs = condition: values: if condition then values else { };
    optionalString = condition: text: if condition then text else "";
    hasPrefix = prefix: text: substring 0 (stringLength prefix) text == prefix;
    removePrefix =
      prefix: text:
      if hasPrefix prefix text then substring (stringLength prefix) (-1) text else text;
    removeSuffix =
      suffix: text:
      let
        rest = stringLength text - stringLength suffix;
      in
      if rest >= 0 && substring rest (-1) text == suffix then substring 0 rest text else text;
    mapAttrsToList = f: set: map (name: f name set.${name}) (attrNames set);
    genAttrs =
      names: f:
      listToAttrs (
        map (name: {
          inherit name;
          value = f name;
        }) names
      );
    versionOlder = a: b: builtins.compareVersions a b < 0;
    trivial.release = "25.11";
    pipe = foldl' (value: f: f value);
    findFirst =
      is: default: values:
      if values == [ ] then default else if is (head values) then head values else findFirst is default (tail values);
    splitString = separator: text: filter isString (builtins.split separator text);
    mesonBool = name: value: "-D${name}=${if value then "true" else "false"}";
    fileset = {
      unions = paths: if all builtins.pathExists paths then paths else throw "a path of the source does not exist";
      toSource = { root, fileset }: "/nix/store/00000000000000000000000000000000-source";
    };
    licenses.mit = "MIT";
    platforms.linux = [ "x86_64-linux" ];
  };
in
lib
