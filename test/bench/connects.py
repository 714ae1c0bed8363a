# How many connections a second the kernel makes: connects.py HOST PORT COUNT [LISTEN_PORT]. To an address nobody answers at, the time in connect() counts;
# with LISTEN_PORT, to which rules turn it, the whole life of a connection: socket(), connect(), accept(), close() twice.
import socket, struct, sys, time
host, port, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
server = None
if len(sys.argv) > 4:
    server = socket.create_server(('0.0.0.0', int(sys.argv[4])), backlog=4096)
    server.settimeout(5)

def run(times):
    spent = 0.0
    for _ in range(times):
        begin = time.perf_counter()
        client = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        if server is None:
            client.setblocking(False)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
        start = time.perf_counter()
        client.connect_ex((host, port))
        connected = time.perf_counter()
        client.close()
        if server is not None:
            server.accept()[0].close()
        spent += time.perf_counter() - begin if server is not None else connected - start
    return times / spent

run(count // 10)
print(max(run(count) for _ in range(3)))
