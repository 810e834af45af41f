import Foundation

/// A TCP connection to a server on this machine, for requests that no library sends and for clients that vanish.
package final class RawConnection: Sendable {
    private let descriptor: Int32

    /// - Parameter host: An IPv4 address.
    package init(host: String = "127.0.0.1", port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        // A thread that waits for the server cannot be cancelled by the time limit of its test.
        var patience = timeval(tv_sec: 300, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(descriptor, SOL_SOCKET, option, &patience, socklen_t(MemoryLayout<timeval>.size))
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr(host)
        address.sin_port = UInt16(truncatingIfNeeded: port).bigEndian
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                connect(descriptor, pointer, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else {
            throw Program.Failed(description: "no connection to \(host):\(port): errno \(errno)")
        }
    }

    deinit {
        close(descriptor)
    }

    package func send(_ text: String) throws { try send(bytes: Array(text.utf8)) }

    package func send(bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Foundation.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw Program.Failed(description: "the server closed the connection") }
            rest = rest.dropFirst(count)
        }
    }

    /// Returns the next bytes that arrive; none at the end of the connection.
    package func receive() async throws -> [UInt8] {
        let descriptor = descriptor
        return try await onThread {
            var part = [UInt8](repeating: 0, count: 65_536)
            return Array(part[..<max(0, recv(descriptor, &part, part.count, 0))])
        }
    }

    /// Reads until the bytes received contain a text a number of times, or to the end of the connection.
    package func read(until text: String? = nil, times: Int = 1) async throws -> String {
        let descriptor = descriptor
        return try await onThread {
            var received: [UInt8] = []
            var part = [UInt8](repeating: 0, count: 65_536)
            while true {
                let count = recv(descriptor, &part, part.count, 0)
                guard count > 0 else { break }
                received += part[..<count]
                let answer = String(decoding: received, as: UTF8.self)
                if let text, answer.components(separatedBy: text).count > times { return answer }
            }
            return String(decoding: received, as: UTF8.self)
        }
    }

    /// Closes the sending half.
    package func finishSending() {
        shutdown(descriptor, Int32(SHUT_WR))
    }

    /// Ends the connection at once, with a reset, as a client does whose process is killed. Call it last.
    package func reset() {
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
        // The object still owns the descriptor: only the connection ends here.
        var unspecified = sockaddr(
            sa_family: sa_family_t(AF_UNSPEC),
            sa_data: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
        )
        connect(descriptor, &unspecified, socklen_t(MemoryLayout<sockaddr>.size))
    }
}
