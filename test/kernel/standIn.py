"""The programs of the laboratory: the app, sshd, the mesh's agent, a stand-in for Envoy, the outside, and a dialler.

One process plays one role in one network namespace. It takes one JSON object a line on standard input and answers each with one
on standard output; in between it tells what happens to its sockets. Node cannot set IP_TRANSPARENT or open a socket as
another user, so this is Python; it uses the standard library only.

usage: standIn.py ROLE MODE     ROLE: app sshd agent envoy outside dialler; MODE: REDIRECT TPROXY NODE
"""
import ctypes
import errno
import heapq
import json
import os
import selectors
import socket
import struct
import sys
import time

SOL_IPV6, SO_ORIGINAL_DST, SO_MARK = 41, 80, 36
IP_TRANSPARENT, IPV6_TRANSPARENT = 19, 75
IP_RECVORIGDSTADDR, IPV6_RECVORIGDSTADDR = 20, 74
IP_RECVERR, IPV6_RECVERR = 11, 25
UPSTREAM_SECONDS, DIAL_SECONDS, MOST_DIALS = 0.7, 0.8, 24
# Ports the controller gives to diallers: an answer from elsewhere than was dialled is nobody's.
CLIENT_PORTS = range(20000, 30000)
# Around a node, answers go back by the node, even to what is local here too.
ANSWER_MARK = 98
LINGER_RESET = struct.pack('ii', 1, 0)
libc = ctypes.CDLL(None, use_errno=True)

# role: (uid, gid, [(protocol, IPv4 address or None for every address, port)])
ROLES = {
    'app': (1000, 1000, [('tcp', None, 18080), ('tcp', None, 8080), ('tcp', '127.0.0.1', 9000), ('udp', None, 5353)]),
    'sshd': (0, 0, [('tcp', None, 22)]),
    'agent': (1337, 1337, [('tcp', None, 15020), ('tcp', '127.0.0.1', 15053), ('udp', '127.0.0.1', 15053)]),
    'envoy': (1337, 1337, [('tcp', None, 15001), ('tcp', None, 15006), ('tcp', None, 15021), ('tcp', None, 15090), ('tcp', '127.0.0.1', 15000)]),
}


def endpoint(address, port):
    return f'[{address}]:{port}' if ':' in address else f'{address}:{port}'


def family_of(address):
    return socket.AF_INET6 if ':' in address else socket.AF_INET


def kind_of(protocol):
    return {'tcp': socket.SOCK_STREAM, 'udp': socket.SOCK_DGRAM, 'icmp': socket.SOCK_RAW}[protocol]


def number_of(protocol, family):
    return 0 if protocol != 'icmp' else socket.IPPROTO_ICMPV6 if family == socket.AF_INET6 else socket.IPPROTO_ICMP


def checksum(data):
    total = sum(struct.unpack(f'!{len(data) // 2}H', data))
    return ~((total >> 16) + (total & 0xffff)) & 0xffff


def echo_request(family, identifier):
    """The kernel fills in the checksum of ICMPv6 only."""
    if family == socket.AF_INET6:
        return struct.pack('!BBHHH', 128, 0, 0, identifier, 1)
    return struct.pack('!BBHHH', 8, 0, checksum(struct.pack('!BBHHH', 8, 0, 0, identifier, 1)), identifier, 1)


def set_transparent(sock):
    if sock.family == socket.AF_INET6:
        sock.setsockopt(SOL_IPV6, IPV6_TRANSPARENT, 1)
    else:
        sock.setsockopt(socket.SOL_IP, IP_TRANSPARENT, 1)


def original_destination(sock):
    """SO_ORIGINAL_DST, else the socket's own address."""
    try:
        if sock.family == socket.AF_INET6:
            raw = sock.getsockopt(SOL_IPV6, SO_ORIGINAL_DST, 28)
            return socket.inet_ntop(socket.AF_INET6, raw[8:24]), struct.unpack('!H', raw[2:4])[0]
        raw = sock.getsockopt(socket.SOL_IP, SO_ORIGINAL_DST, 16)
        return socket.inet_ntop(socket.AF_INET, raw[4:8]), struct.unpack('!H', raw[2:4])[0]
    except OSError:
        return sock.getsockname()[:2]


def open_as(uid, gid, family, kind, number):
    """A socket whose owner, as xt_owner sees it, is another user: only the file system ids of this thread change."""
    libc.setfsgid(gid)
    libc.setfsuid(uid)
    try:
        return socket.socket(family, kind, number)
    finally:
        libc.setfsuid(0)
        libc.setfsgid(0)


def flush_conntrack():
    """What `conntrack -F` does: IPCTNL_MSG_CT_DELETE without attributes."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 12) as netlink:
        netlink.send(struct.pack('=IHHII', 20, (1 << 8) | 2, 1 | 4, 1, 0) + struct.pack('=BBH', 0, 0, 0))
        netlink.recv(4096)


def error_of(sock, kind, identifier):
    """The errno of an ICMP error in the socket's error queue, 0 if what it quotes is another's; None if there is none."""
    try:
        quoted, extra, _, _ = sock.recvmsg(2048, 512, socket.MSG_ERRQUEUE)
    except BlockingIOError:
        return None
    sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    return errno_in(extra) if quoted[0] == kind and quoted[4:6] == identifier else 0


def errno_in(extra):
    """ee_errno of struct sock_extended_err."""
    return next((struct.unpack('=I', data[:4])[0] for _, _, data in extra), 0)


def queued_error(sock):
    """The errno at the head of a TCP socket's error queue; None if it is empty."""
    if sock.family != socket.AF_INET6 or sock.type != socket.SOCK_STREAM:
        return None
    try:
        _, extra, _, _ = sock.recvmsg(1, 512, socket.MSG_ERRQUEUE)
    except OSError:
        return None
    return errno_in(extra) or None


class Program:
    """An event loop: sockets, deadlines, and the controller on standard input."""

    def __init__(self, role, mode):
        self.role, self.mode = role, mode
        self.selector = selectors.DefaultSelector()
        self.deadlines = []
        self.held = set()
        self.pending = set()
        self.dials = 0
        self.serial = 0
        self.input = b''
        os.set_blocking(0, False)
        self.selector.register(0, selectors.EVENT_READ, self.commands)

    def tell(self, **what):
        os.write(1, (json.dumps(what) + '\n').encode())

    def run(self):
        while True:
            wait = None if not self.deadlines else max(0, self.deadlines[0][0] - time.monotonic())
            self.turn(wait)

    def turn(self, wait):
        """Handles all that is ready, the controller last; says whether there was anything."""
        ready = self.selector.select(wait)
        for key, _ in sorted(ready, key=lambda each: each[0].fd == 0):
            key.data(key.fileobj)
        now = time.monotonic()
        while self.deadlines and self.deadlines[0][0] <= now:
            _, _, sock, expire = heapq.heappop(self.deadlines)
            if sock in self.pending:
                expire()
        return len(ready) > 0

    def commands(self, _):
        data = os.read(0, 65536)
        if data == b'':
            sys.exit(0)
        self.input += data
        while b'\n' in self.input:
            line, self.input = self.input.split(b'\n', 1)
            command = json.loads(line)
            getattr(self, 'do_' + command['do'])(command)

    def drain(self):
        """Handles what has come; says whether that came to an end, for programs may answer each other's answers for ever."""
        self.selector.unregister(0)
        until = time.monotonic() + 0.5
        more = True
        while more and time.monotonic() < until:
            more = self.turn(0)
        self.selector.register(0, selectors.EVENT_READ, self.commands)
        return not more

    def do_ping(self, _):
        rests = self.drain()
        self.tell(reply='ping', pending=len(self.pending) + (0 if rests else 1))

    def do_reset(self, _):
        self.drain()
        for sock in list(self.pending):
            self.settle(sock)
        for sock in self.held | self.pending:
            if sock.type == socket.SOCK_STREAM:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_RESET)
            sock.close()
        self.held, self.pending, self.dials, self.deadlines = set(), set(), 0, []
        self.tell(reply='reset')

    def do_flush(self, _):
        flush_conntrack()
        self.tell(reply='flush')

    def do_sentinel(self, command):
        """A datagram that the trace shows behind all that came before it."""
        address = command['to']
        with socket.socket(family_of(address), socket.SOCK_DGRAM) as sock:
            try:
                # To itself: nobody answers.
                sock.bind((address, command['port']))
                sock.sendto(b'', (address, command['port']))
                self.tell(reply='sentinel', error=0)
            except OSError as problem:
                self.tell(reply='sentinel', error=problem.errno)

    # Listening

    def listen(self, protocol, address, port, transparent):
        sock = socket.socket(family_of(address), kind_of(protocol))
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if sock.family == socket.AF_INET6:
            sock.setsockopt(SOL_IPV6, socket.IPV6_V6ONLY, 1)
        if transparent:
            set_transparent(sock)
        self.mark_answers(sock)
        sock.setblocking(False)
        sock.bind((address, port))
        if protocol == 'tcp':
            sock.listen(64)
            self.selector.register(sock, selectors.EVENT_READ, self.accept)
            return
        if self.role == 'outside':
            six = sock.family == socket.AF_INET6
            sock.setsockopt(SOL_IPV6 if six else socket.SOL_IP, IPV6_RECVORIGDSTADDR if six else IP_RECVORIGDSTADDR, 1)
        self.selector.register(sock, selectors.EVENT_READ, self.receive)

    def accept(self, listener):
        try:
            sock, peer = listener.accept()
        except OSError:
            return
        sock.setblocking(False)
        self.held.add(sock)
        port = listener.getsockname()[1]
        original = original_destination(sock)
        local = sock.getsockname()
        self.tell(event='accept', process=self.role, port=port, peer=peer[0], peerPort=peer[1], local=endpoint(*local[:2]), original=endpoint(*original))
        if self.role == 'envoy' and port in (15001, 15006) and original[1] != port:
            self.proceed(port, peer[0], original)

    def receive(self, sock):
        try:
            data, extra, _, peer = sock.recvmsg(2048, 256)
        except OSError:
            return
        local = sock.getsockname()
        for _, kind, raw in extra:
            if kind in (IP_RECVORIGDSTADDR, IPV6_RECVORIGDSTADDR):
                six = kind == IPV6_RECVORIGDSTADDR
                local = (socket.inet_ntop(socket.AF_INET6, raw[8:24]) if six else socket.inet_ntop(socket.AF_INET, raw[4:8]), struct.unpack('!H', raw[2:4])[0])
        if self.role == 'outside' and local[1] in CLIENT_PORTS:
            return
        self.tell(event='accept', process=self.role, port=sock.getsockname()[1], peer=peer[0], peerPort=peer[1], local=endpoint(*local[:2]), original=None)
        try:
            if self.role == 'outside':
                self.answer_as(local, data, peer)
            else:
                sock.sendto(data, peer)
        except OSError as problem:
            self.tell(event='answerFailed', process=self.role, error=problem.errno)

    def mark_answers(self, sock):
        if self.role == 'outside' and self.mode == 'NODE':
            sock.setsockopt(socket.SOL_SOCKET, SO_MARK, ANSWER_MARK)

    def answer_as(self, local, data, peer):
        with socket.socket(family_of(local[0]), socket.SOCK_DGRAM) as sock:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            set_transparent(sock)
            self.mark_answers(sock)
            sock.bind(local[:2])
            sock.sendto(data, peer)

    # Dialling

    def proceed(self, port, peer, original):
        """What Envoy does with a connection it captured."""
        self.dials += 1
        if self.dials > MOST_DIALS:
            return self.tell(event='loop')
        sock = socket.socket(family_of(original[0]), socket.SOCK_STREAM)
        source = None
        if port == 15006 and self.mode == 'TPROXY':
            set_transparent(sock)
            sock.setsockopt(socket.SOL_SOCKET, SO_MARK, 1337)
            source = peer
        elif port == 15006:
            source = '::6' if ':' in original[0] else '127.0.0.6'

        def done(result, error):
            self.tell(event='upstream', port=port, to=endpoint(*original), result=result, error=error)
        try:
            if source is not None:
                sock.bind((source, 0))
        except OSError as problem:
            sock.close()
            return done('error', problem.errno)
        self.connect(sock, original, UPSTREAM_SECONDS, done)

    def connect(self, sock, to, seconds, done):
        sock.setblocking(False)
        if sock.family == socket.AF_INET6 and sock.type == socket.SOCK_STREAM:
            # An error that comes while connect() holds the socket is heard a second later; the error queue has it at once.
            sock.setsockopt(SOL_IPV6, IPV6_RECVERR, 1)
        error = sock.connect_ex(tuple(to))
        self.held.add(sock)
        if error not in (0, errno.EINPROGRESS):
            return done('refused' if error == errno.ECONNREFUSED else 'error', error)
        if error == 0 and sock.type == socket.SOCK_STREAM:
            return done('connected', 0)
        if sock.type == socket.SOCK_DGRAM:
            try:
                sock.send(b'x')
            except OSError as problem:
                return done('refused' if problem.errno == errno.ECONNREFUSED else 'error', problem.errno)

        def heard():
            queued = queued_error(sock)
            if queued is not None:
                return ('refused' if queued == errno.ECONNREFUSED else 'error'), queued
            # Of TCP, connect() itself is asked: SO_ERROR gives soft errors of a connection that stands, too.
            error = sock.connect_ex(tuple(to)) if sock.type == socket.SOCK_STREAM else sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if error == errno.EALREADY:
                error = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if error in (0, errno.EISCONN):
                return 'connected', 0
            return ('refused' if error == errno.ECONNREFUSED else 'timeout' if error == errno.ETIMEDOUT else 'error'), error
        self.wait(sock, seconds, heard, done)

    def wait(self, sock, seconds, heard, done):
        """Asks what was heard whenever something was, until there is a result."""
        def ready(_):
            outcome = heard()
            if outcome is not None:
                self.settle(sock)
                done(*outcome)

        def expire():
            self.settle(sock)
            done('timeout', 0)
            self.held.discard(sock)
            sock.close()
        self.pending.add(sock)
        self.serial += 1
        heapq.heappush(self.deadlines, (time.monotonic() + seconds, self.serial, sock, expire))
        self.selector.register(sock, selectors.EVENT_WRITE if sock.type == socket.SOCK_STREAM else selectors.EVENT_READ, ready)

    def settle(self, sock):
        self.pending.discard(sock)
        self.selector.unregister(sock)

    def do_dial(self, command):
        to = (command['to'], command['port'])
        family = family_of(command['to'])
        protocol = command['protocol']
        sock = open_as(command['uid'], command['gid'], family, kind_of(protocol), number_of(protocol, family))
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if command['transparent']:
            set_transparent(sock)
        if command['mark'] != 0:
            sock.setsockopt(socket.SOL_SOCKET, SO_MARK, command['mark'])

        def done(result, error):
            self.tell(reply='dial', result=result, error=error, source=sock.getsockname()[0], sourcePort=command['sourcePort'])
        try:
            sock.bind((command['source'] or ('::' if family == socket.AF_INET6 else '0.0.0.0'), 0 if protocol == 'icmp' else command['sourcePort']))
        except OSError as problem:
            self.held.add(sock)
            return done('error', problem.errno)
        if protocol == 'icmp':
            self.ping(sock, command['to'], command['sourcePort'], done)
        else:
            self.connect(sock, to, DIAL_SECONDS, done)

    def ping(self, sock, address, identifier, done):
        """Any answer with the id counts, and any error, as ping(8) has it."""
        six = sock.family == socket.AF_INET6
        sock.setsockopt(SOL_IPV6 if six else socket.SOL_IP, IPV6_RECVERR if six else IP_RECVERR, 1)
        sock.setblocking(False)
        self.held.add(sock)
        try:
            sock.sendto(echo_request(sock.family, identifier), (address, 0))
        except OSError as problem:
            return done('error', problem.errno)

        def heard():
            own = struct.pack('!H', identifier)
            error = error_of(sock, 128 if six else 8, own)
            if error is not None:
                return None if error == 0 else ('refused' if error == errno.ECONNREFUSED else 'error', error)
            data = sock.recv(2048)
            if not six:
                data = data[(data[0] & 15) * 4:]
            return ('connected', 0) if data[0] == (129 if six else 0) and data[4:6] == own else None
        self.wait(sock, DIAL_SECONDS, heard, done)


def open_listeners(program):
    role, mode = program.role, program.mode
    if role == 'outside':
        for protocol in ('tcp', 'udp'):
            program.listen(protocol, '0.0.0.0', 7, True)
            program.listen(protocol, '::', 7, True)
        return
    uid, gid, listeners = ROLES[role]
    if role == 'envoy' and mode == 'TPROXY':
        uid = 0
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)
    for protocol, address, port in listeners:
        transparent = mode == 'TPROXY' and port == 15006
        program.listen(protocol, address or '0.0.0.0', port, transparent)
        if address is None:
            program.listen(protocol, '::', port, transparent)


def main():
    program = Program(sys.argv[1], sys.argv[2])
    if program.role != 'dialler':
        open_listeners(program)
    program.tell(reply='ready')
    program.run()


main()
