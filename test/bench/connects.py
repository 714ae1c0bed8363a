# How many connections a second the kernel makes, counting the time in connect() only: connects.py HOST PORT COUNT [LISTEN_PORT]
import socket, struct, sys, time
host, port, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
# With LISTEN_PORT, rules turn the connection to this socket, and every handshake is completed.
server = None
if len(sys.argv) > 4:
    server = socket.create_server(('0.0.0.0', int(sys.argv[4])), backlog=4096)

def run(times):
    spent = 0.0
    for _ in range(times):
        client = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        if server is None:
            client.setblocking(False)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
        start = time.perf_counter()
        client.connect_ex((host, port))
        spent += time.perf_counter() - start
        client.close()
        if server is not None:
            server.accept()[0].close()
    return times / spent

run(count // 10)
print(max(run(count) for _ in range(3)))
