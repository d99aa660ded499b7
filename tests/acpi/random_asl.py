#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""random_asl.py [--seed N] [--count N] [--keep DIR] BOOTPROBE ORACLE

Writes random ASL programs (a DSDT and up to three SSDTs that extend it), compiles them with iasl,
and holds the device list of BOOTPROBE against that of ORACLE (a script that takes tables and
prints path, hid, cids, sta, crs, io and irq, tab-separated). Prints what differs, and exits 1 if
anything does; attributes of a device that is flagged conditional may differ. Not part of the test suite: it needs acpica-tools.
"""
import argparse
import os
import random
import subprocess
import sys
import tempfile

STRINGS = ['QEMU0002', 'VMB0001', 'ACPI0007', 'INT33C3', 'LNRO0005', 'MSFT0101']
EISA = ['PNP0501', 'PNP0500', 'PNP0C02', 'PNP0A08', 'PNP0C0F', 'SMO0768', 'INT3F0D']


class Program:
    def __init__(self, rng):
        self.rng = rng
        self.counter = 0
        self.devices = []     # absolute paths that exist at this point
        self.integers = []    # absolute paths of constants
        self.fields = []
        self.buffers = []
        self.methods = []     # (path, argument count), return a constant
        self.externals = {}
        self.is_broken = self.chance(40)   # refers to what is not there

    def name(self, lead='X'):
        self.counter += 1
        digits, n = '', self.counter
        for _ in range(3):
            digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_'[n % 37] + digits
            n //= 37
        return lead + digits

    def pick(self, *choices):
        return self.rng.choice(choices)

    def chance(self, percent):
        return self.rng.randrange(100) < percent

    # -- expressions that run without error

    def constant(self):
        return self.pick('Zero', 'One', 'Ones', '0x%x' % self.rng.randrange(256),
                         '0x%x' % self.rng.randrange(1 << 16), '0x%x' % self.rng.randrange(1 << 32),
                         '0x%x' % self.rng.randrange(1 << 62))

    def integer(self, depth=0):
        kind = self.rng.randrange(24 if depth < 4 else 5)
        a = lambda: self.integer(depth + 1)
        if kind < 3:
            return self.constant()
        if kind == 3 and self.integers:
            return self.rng.choice(self.integers)
        if kind == 4 and self.fields:
            return self.rng.choice(self.fields)
        if kind == 5:
            op = self.pick('Add', 'Subtract', 'And', 'Or', 'XOr', 'Multiply', 'NAnd', 'NOr')
            return f'{op} ({a()}, {a()})'
        if kind == 6:
            return f'{self.pick("ShiftLeft", "ShiftRight")} ({a()}, 0x{self.rng.randrange(40):x})'
        if kind == 7:
            return f'{self.pick("LEqual", "LLess", "LGreater", "LAnd", "LOr", "LNotEqual", "LLessEqual")} ({a()}, {a()})'
        if kind == 8:
            return f'{self.pick("LNot", "Not", "ToInteger", "FindSetLeftBit", "FindSetRightBit")} ({a()})'
        if kind == 9 and self.methods:
            path, count = self.rng.choice(self.methods)
            return f'{path} ({", ".join(a() for _ in range(count))})'
        if kind == 10:
            return f'SizeOf ({self.rng.choice(self.buffers)})' if self.buffers else '0x11'
        if kind == 11:
            return f'CondRefOf ({self.pick(*(self.devices or [chr(92) + "_SB"]))})'
        if kind == 12:
            return 'CondRefOf (\\_SB.NONE)'
        if kind == 13:
            return f'Divide ({a()}, 0x{self.rng.randrange(1, 99):x})'
        if kind == 14:
            return f'Mod ({a()}, 0x{self.rng.randrange(1, 99):x})'
        if kind == 15 and self.buffers:
            return f'DerefOf (Index ({self.rng.choice(self.buffers)}, Zero))'
        if kind == 16:
            return f'LEqual ("abc", "{self.pick("abc", "abd")}")'
        if kind == 17:
            return '_OSI ("Windows 2009")'
        if kind == 18:
            return f'FromBCD (ToBCD (0x{self.rng.randrange(99):x}))'
        if kind == 19:
            return 'LNot (Zero)'
        if kind == 20:
            return 'ObjectType (\\_SB)'
        if kind == 21:
            return 'LEqual (Concatenate ("ab", "cd"), "abcd")'
        if kind == 22:
            return 'Revision'
        return self.constant()

    # -- data

    def string(self):
        return '"%s"' % ''.join(self.rng.choice('abcXYZ019 _-+') for _ in range(self.rng.randrange(12)))

    def buffer(self):
        n = self.rng.randrange(1, 90)
        size = self.pick('', '0x%x' % n, '0x%x' % (n + self.rng.randrange(300)))
        body = ', '.join('0x%02x' % self.rng.randrange(256) for _ in range(n))
        return self.pick(f'Buffer ({size}) {{{body}}}', 'ToUUID ("12345678-1234-1234-1234-123456789abc")',
                         'Unicode ("hello")', f'Buffer ({size}) {{"text"}}' if size else 'Buffer () {}',
                         self.template())

    def template(self):
        r = self.rng
        items = []
        for _ in range(r.randrange(8)):
            base = r.randrange(0x10000)
            items.append(self.pick(
                f'IO (Decode16, 0x{base:x}, 0x{base + r.randrange(16):x}, 1, 0x{r.randrange(256):x})',
                f'FixedIO (0x{base & 0x3ff:x}, 0x{r.randrange(1, 256):x})',
                f'IRQ (Edge, ActiveHigh, Exclusive) {{{r.randrange(16)}}}',
                f'IRQNoFlags () {{{r.randrange(8)}, {8 + r.randrange(8)}}}',
                f'Interrupt (ResourceConsumer, Level, ActiveLow, Shared) {{{r.randrange(256)}, 300}}',
                'DMA (Compatibility, NotBusMaster, Transfer8) {2}',
                f'Memory32Fixed (ReadWrite, 0x{base << 8:x}, 0x1000)',
                'Memory32 (ReadWrite, 0x0, 0xffff, 1, 0x1000)',
                'VendorShort () {1, 2, 3}', 'VendorLong () {1, 2, 3, 4, 5, 6, 7, 8, 9}',
                f'WordIO (ResourceProducer, MinFixed, MaxFixed, PosDecode, EntireRange, 0, 0x{base:x}, 0xffff, 0, 0x{0x10000 - base:x})',
                'WordBusNumber (ResourceProducer, MinFixed, MaxFixed, PosDecode, 0, 0, 255, 0, 256)',
                f'DWordIO (ResourceProducer, MinFixed, MaxFixed, PosDecode, EntireRange, 0, 0x{base:x}, 0xffff, 0, 0x{0x10000 - base:x})',
                f'QWordIO (ResourceProducer, MinFixed, MaxFixed, PosDecode, EntireRange, 0, 0x{base:x}, 0xffff, 0, 0x{0x10000 - base:x})',
                'DWordMemory (ResourceProducer, PosDecode, MinFixed, MaxFixed, Cacheable, ReadWrite, 0, 0xa0000, 0xbffff, 0, 0x20000)',
                'QWordMemory (ResourceProducer, PosDecode, MinFixed, MaxFixed, Cacheable, ReadWrite, 0, 0x100000000, 0x1ffffffff, 0, 0x100000000)',
                f'ExtendedIO (ResourceProducer, MinFixed, MaxFixed, PosDecode, EntireRange, 0, 0x{base:x}, 0xffff, 0, 0x{0x10000 - base:x})',
                'GpioInt (Edge, ActiveLow, Exclusive, PullUp, 0, "\\\\_SB.GPI0") {5}',
                'I2cSerialBusV2 (0x2c, ControllerInitiated, 400000, AddressingMode7Bit, "\\\\_SB.I2C0")',
                'UartSerialBusV2 (115200, DataBitsEight, StopBitsOne, 0xC0, LittleEndian, ParityTypeNone, FlowControlNone, 16, 16, "\\\\_SB.UA00")'
                ))
        return 'ResourceTemplate () {' + ' '.join(items) + '}'

    def package(self, depth=0):
        n = self.rng.randrange(6)
        kinds = [self.constant, self.string, self.buffer, lambda: f'EisaId ("{self.pick(*EISA)}")']
        if depth < 3:
            kinds.append(lambda: self.package(depth + 1))
        if self.devices:
            kinds.append(lambda: self.rng.choice(self.devices))
        size = self.pick('', '', '0x%x' % (n + 2))
        return f'Package ({size}) {{' + ', '.join(self.rng.choice(kinds)() for _ in range(n)) + '}'

    # -- declarations; here is the absolute path of the scope

    def attributes(self):
        out = []
        if self.chance(80):
            out.append(self.pick(*[f'Name (_HID, EisaId ("{e}"))' for e in EISA],
                                 *[f'Name (_HID, "{s}")' for s in STRINGS],
                                 'Method (_HID, 0) { Return ("PNP0501") }'))
        if self.chance(40):
            out.append(self.pick(
                'Name (_CID, EisaId ("PNP0501"))', 'Name (_CID, "PNP0A05")',
                'Name (_CID, Package () {EisaId ("PNP0501"), "ABCD0001", EisaId ("PNP0500")})',
                'Name (_CID, Package () {"ABCD0001"})', 'Name (_CID, 0x11223344)',
                'Method (_CID, 0, NotSerialized) { If (One) { Return ("A") } Return ("B") }'))
        if self.chance(60):
            out.append(self.pick('Name (_STA, 0x0F)', 'Name (_STA, Zero)', 'Name (_STA, 0x0B)',
                                 'Name (_STA, Ones)', 'Method (_STA, 0) { Return (0x0F) }'))
        if self.chance(60):
            out.append(self.pick(f'Name (_CRS, {self.template()})', f'Name (_CRS, {self.template()})',
                                 'Method (_CRS, 0, Serialized) { Name (RBUF, ResourceTemplate () { IO (Decode16, 1, 1, 1, 1) }) Return (RBUF) }'))
        if self.chance(50):
            out.append(self.pick('Name (_ADR, 0x001F0000)', 'Name (_UID, 3)', 'Name (_UID, "A")'))
        self.rng.shuffle(out)
        return out

    def field_list(self, here, remember):
        units = []
        for _ in range(self.rng.randrange(1, 7)):
            name = self.name('F')
            units.append(self.pick('Offset (0x%x)' % self.rng.randrange(1, 0x40) if not units else ', 5',
                                   ', 3', 'AccessAs (ByteAcc, 0)', 'AccessAs (WordAcc, AttribQuick)', 'AccessAs (BufferAcc, AttribBytes (8))',
                                   'Connection (I2cSerialBusV2 (0x2c, ControllerInitiated, 400000, AddressingMode7Bit, "\\\\_SB.I2C0"))',
                                   f'{name}, 0x{self.rng.randrange(1, 64):x}', f'{name}, 8',
                                   f'{name}, 0x{self.rng.randrange(64, 4000):x}' ))
            if units[-1].startswith(name) and remember and units[-1].endswith(', 8'):
                self.fields.append(self.join(here, name))
        return '{' + ', '.join(units) + '}'

    @staticmethod
    def join(here, name):
        return here + name if here == '\\' else here + '.' + name

    def device(self, here, depth, lead='D'):
        name = self.name(lead)
        path = self.join(here, name)
        body = self.attributes() + self.items(path, depth + 1)
        self.devices.append(path)
        return f'Device ({name}) {{\n' + '\n'.join(body) + '\n}'

    def statement(self, depth=0):
        """Inside a method: compiled, never run."""
        e = lambda: self.integer(2)
        kinds = [
            lambda: f'Store ({e()}, Local{self.rng.randrange(8)})',
            lambda: f'Add ({e()}, {e()}, Local0)', lambda: f'Return ({e()})',
            lambda: f'If ({e()}) {{ {self.statement(depth + 1)} }} Else {{ {self.statement(depth + 1)} }}',
            lambda: f'While ({e()}) {{ {self.statement(depth + 1)} Break }}',
            lambda: 'Sleep (10)', lambda: 'Stall (5)', lambda: 'Noop', lambda: 'BreakPoint',
            lambda: 'Fatal (1, 0x12345678, 0)', lambda: 'Increment (Local0)', lambda: 'Decrement (Local1)',
            lambda: 'Store (Buffer () {1,2,3}, Local2)', lambda: f'Store ({self.package()}, Local3)',
            lambda: 'Store ("text", Debug)', lambda: 'CopyObject (Local0, Local1)',
            lambda: 'Divide (Local0, 3, Local1, Local2)', lambda: 'Store (RefOf (Local0), Local1)',
            lambda: 'Store (Mid ("abcdef", 1, 2), Local0)',
            lambda: f'Switch (ToInteger (Local0)) {{ Case (1) {{ {self.statement(depth + 1)} }} Default {{ Noop }} }}',
            lambda: f'Device ({self.name("M")}) {{ Name (_HID, "PNP0501") }}',
            lambda: f'Name ({self.name("M")}, {self.buffer()})',
            lambda: 'ToString (Local0, Ones, Local1)', lambda: 'Concatenate (Local0, Local1, Local2)',
            lambda: 'Unload (Local0)', lambda: 'Wait (Local0, 0xFFFF)',
        ]
        if self.devices:
            kinds.append(lambda: f'Notify ({self.rng.choice(self.devices)}, 0x80)')
        if depth > 3:
            return 'Noop'
        return self.rng.choice(kinds)()

    def method(self, here):
        name = self.name('M')
        count = self.rng.randrange(8)
        serialized = self.pick('NotSerialized', 'Serialized')
        if self.chance(50):
            self.methods.append((self.join(here, name), count))
            return f'Method ({name}, {count}, {serialized}) {{ Return ({self.constant()}) }}'
        body = '\n'.join(self.statement() for _ in range(self.rng.randrange(1, 5)))
        set_up = ' '.join(f'Store (0, Local{i})' for i in range(8))
        return f'Method ({name}, {count}, Serialized) {{ {set_up} {body} }}'

    def branch(self, here, depth):
        inner = lambda: '\n'.join(self.items(here, depth + 2, lead='C', is_branch=True))
        saved = [len(x) for x in (self.devices, self.integers, self.fields, self.buffers, self.methods)]
        text = f'If ({self.integer()}) {{ {inner()} }}'
        self.forget(saved)
        while self.chance(30):
            text += f' ElseIf ({self.integer()}) {{ {inner()} }}'
            self.forget(saved)
        if self.chance(50):
            text += f' Else {{ {inner()} }}'
            self.forget(saved)
        return text

    def forget(self, saved):
        for items, count in zip((self.devices, self.integers, self.fields, self.buffers, self.methods), saved):
            del items[count:]

    def item(self, here, depth, lead):
        r = self.rng.randrange(30)
        name = self.name()
        path = self.join(here, name)
        if r < 7 and depth < 7:
            return self.device(here, depth, lead)
        if r == 7:
            self.integers.append(path)
            return f'Name ({name}, {self.constant()})'
        if r == 8:
            return f'Name ({name}, {self.string()})'
        if r == 9:
            text = f'Name ({name}, {self.buffer()})'
            self.buffers.append(path)
            return text
        if r == 10:
            return f'Name ({name}, {self.package()})'
        if r in (11, 12):
            return self.method(here)
        if r == 13:
            region = self.pick('SystemIO', 'SystemMemory')
            text = f'OperationRegion ({name}, {region}, {self.integer(3)}, 0x1000)\n'
            return text + f'Field ({name}, {self.pick("ByteAcc", "WordAcc", "DWordAcc", "AnyAcc")}, NoLock, Preserve) ' + self.field_list(here, False)
        if r == 14:
            text = f'OperationRegion ({name}, SystemIO, 0x{self.rng.randrange(0x1000):x}, 0x1000)\n'
            return text + f'Field ({name}, ByteAcc, Lock, WriteAsZeros) ' + self.field_list(here, True)
        if r == 15:
            a, b, c = self.name('I'), self.name('I'), self.name('I')
            return (f'OperationRegion ({name}, SystemIO, 0x70, 2)\n'
                    f'Field ({name}, ByteAcc, NoLock, Preserve) {{{a}, 8, {b}, 8}}\n' +
                    (f'IndexField ({a}, {b}, ByteAcc, NoLock, Preserve) ' if self.chance(50) else
                     f'BankField ({name}, {a}, 0x{self.rng.randrange(70000):x}, ByteAcc, NoLock, Preserve) ') +
                    self.pick(f'{{{c}, 8}}', f'{{Offset (3), {c}, 4, , 2, {self.name("I")}, 1}}'))
        if r == 16:
            return f'Mutex ({name}, {self.rng.randrange(16)})'
        if r == 17:
            return f'Event ({name})'
        if r == 18:
            return f'Processor ({name}, {self.rng.randrange(256)}, 0x410, 6) {{ ' + '\n'.join(self.items(path, depth + 2)) + ' }'
        if r == 19:
            return f'PowerResource ({name}, 1, 0) {{ Method (_STA) {{ Return (1) }} ' + '\n'.join(self.items(path, depth + 3)) + ' }'
        if r == 20:
            return f'ThermalZone ({name}) {{ ' + '\n'.join(self.items(path, depth + 2)) + ' }'
        if r == 21 and self.integers:
            return f'Alias ({self.rng.choice(self.integers)}, {name})'
        if r == 22 and self.devices:
            return f'Alias ({self.rng.choice(self.devices)}, {name})'
        if r == 23 and depth < 6 and self.devices:
            target = self.rng.choice(self.devices)
            return f'Scope ({target}) {{ ' + '\n'.join(self.items(target, depth + 2)) + ' }'
        if r == 24 and depth < 5:
            return self.branch(here, depth)
        if r == 25 and self.buffers:
            op = self.pick('CreateByteField', 'CreateBitField')
            return f'{op} ({self.rng.choice(self.buffers)}, 0, {name})'
        if r == 26 and self.buffers:
            return f'CreateField ({self.rng.choice(self.buffers)}, {self.pick("0", "1")}, 3, {name})'
        if r == 27 and self.is_broken and self.chance(40):
            return self.broken(here, depth)
        return 'Noop' if r == 28 else ''

    def broken(self, here, depth):
        inside = lambda: '\n'.join(self.items(here, depth + 2, lead='B'))
        kind = self.rng.randrange(9)
        saved = [len(x) for x in (self.devices, self.integers, self.fields, self.buffers, self.methods)]
        if kind == 0:
            return 'Store (NONE, Local0)'
        if kind == 1:
            text = f'If (LEqual (NONE, One)) {{ {inside()} }} Else {{ {inside()} }}'
        elif kind == 2:
            text = f'Scope (\\NONX) {{ {inside()} }}'
        elif kind == 3:
            return f'OperationRegion ({self.name()}, SystemIO, NONE, 0x10)'
        elif kind == 4:
            text = f'If (One) {{ {inside()} Store (One, NONE) {inside()} }} Else {{ {inside()} }}'
        elif kind == 5:
            return f'Device (\\NONX.{self.name()}) {{ Device ({self.name()}) {{}} }}'
        elif kind == 6:
            name = self.name()
            return f'Device ({name}) {{}} Device ({name}) {{ Device ({self.name()}) {{}} Name (_STA, 1) }}'
        elif kind == 7:
            name = self.name()
            return f'Name ({name}, 1) Method ({name}, 1) {{ Return (1) }} Device ({self.name()}) {{}}'
        else:
            text = f'While (NONE) {{ {inside()} }}'
        self.forget(saved)
        return text

    def items(self, here, depth, lead='D', is_branch=False):
        count = self.rng.randrange(12 if depth < 3 else 4)
        return [self.item(here, depth, lead) for _ in range(count)]

    def table(self, signature, revision, known):
        externals = 'External (\\NONE, IntObj)\nExternal (\\NONX, DeviceObj)\n'
        externals += ''.join(f'External ({p}, DeviceObj)\n' for p in known['devices'])
        externals += ''.join(f'External ({p}, IntObj)\n' for p in known['integers'])
        externals += ''.join(f'External ({p}, MethodObj, , {{{", ".join(["IntObj"] * c)}}})\n' if False else
                             f'External ({p}, MethodObj)\n' for p, c in known['methods'])
        self.devices = list(known['devices'])
        self.integers, self.methods = list(known['integers']), list(known['methods'])
        self.fields, self.buffers = [], []
        body = []
        for _ in range(self.rng.randrange(2, 8)):
            if self.chance(50):
                body.append('Scope (\\_SB) {\n' + '\n'.join(self.items('\\_SB', 1)) + '\n}')
            elif self.devices and self.chance(70):
                target = self.rng.choice(self.devices)
                body.append(f'Scope ({target}) {{\n' + '\n'.join(self.items(target, 2)) + '\n}')
            elif self.chance(30):
                body.append(self.pick('Scope (\\_GPE)', 'Scope (\\_PR)', 'Scope (\\_TZ)', 'Scope (\\_SI)') +
                            ' { Device (' + self.name('T') + ') {} }')
            else:
                body += self.items('\\', 1)
        return (f'DefinitionBlock ("", "{signature}", {revision}, "RANDOM", "RANDOM", 1)\n{{\n' +
                externals + '\n'.join(body) + '\n}\n')


def compile_asl(folder, name, text, rng):
    source = os.path.join(folder, name + '.asl')
    with open(source, 'w') as f:
        f.write(text)
    options = ['-f', '-p', os.path.join(folder, name)]
    options += rng.choice([[], ['-oa'], ['-on'], ['-of'], ['-oi']])
    done = subprocess.run(['iasl', *options, source], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    made = os.path.join(folder, name + '.aml')
    if not os.path.exists(made):
        return done.stdout.decode('latin1')
    os.rename(made, os.path.join(folder, name))
    return None


def rows(command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    lines = done.stdout.decode('latin1').split('\n')
    return {f[0]: f[1:] for f in (l.split('\t') for l in lines if l)}, done


def compare(folder, names, bootprobe, oracle):
    files = [os.path.join(folder, n) for n in names]
    expected, _ = rows([sys.executable, oracle, *files])
    ours, done = rows([*bootprobe, *files])
    problems = []
    if done.returncode:
        problems.append(f'exit status {done.returncode}: {done.stderr.decode("latin1")[:300]}')
    for path, row in expected.items():
        if path not in ours:
            problems.append(f'missing {path} {row}')
        elif ours[path][:6] != row and 'conditional' not in ours[path][6]:
            problems.append(f'wrong {path} {ours[path]} instead of {row}')
    for path, row in ours.items():
        if path not in expected and row[6] == '-':
            problems.append(f'extra {path} {row}')
    return problems, len(expected)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--count', type=int, default=50)
    parser.add_argument('--keep')
    parser.add_argument('bootprobe', help='the command, for example "build/bootprobe acpi"')
    parser.add_argument('oracle')
    args = parser.parse_args()
    devices = failed = refused = 0
    for seed in range(args.seed, args.seed + args.count):
        rng = random.Random(seed)
        program = Program(rng)
        with tempfile.TemporaryDirectory() as temporary:
            folder = temporary
            if args.keep:
                folder = os.path.join(args.keep, str(seed))
                os.makedirs(folder, exist_ok=True)
            names = ['DSDT'] + [f'SSDT{i}' for i in range(rng.randrange(4))]
            revision = rng.choice([1, 2, 2, 2])
            known = {'devices': [], 'integers': [], 'methods': []}
            for name in names:
                error = compile_asl(folder, name, program.table(name[:4], revision, known), rng)
                if error:
                    break
                known = {'devices': list(program.devices), 'integers': list(program.integers),
                         'methods': list(program.methods)}
            if error:
                refused += 1
                if refused < 3:
                    print(seed, 'iasl:', [l for l in error.split('\n') if 'Error' in l][:5])
                continue
            problems, count = compare(folder, names, args.bootprobe.split(), args.oracle)
            devices += count
            if problems:
                failed += 1
                print(seed, *problems[:6], sep='\n   ')
    print(f'{args.count} programs, {devices} devices, {failed} differ, {refused} refused by iasl')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
