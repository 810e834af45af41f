import Foundation
import Synchronization
import Tally
import TallyTestSupport

/// A server that answers every request with the exposition of a registry, as a `/metrics` route does.
final class ScrapeTarget: Sendable {
    private let descriptor: Int32
    /// `127.0.0.1:40123`
    let address: String
    private let registry: Mutex<MetricRegistry>
    private let accepts = Mutex<[String]>([])

    init(_ registry: MetricRegistry) throws {
        self.registry = Mutex(registry)
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = descriptor
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(descriptor, pointer, length) | getsockname(descriptor, pointer, &length) | listen(descriptor, 16)
            }
        }
        guard status == 0 else { throw Program.Failed(description: "no free port") }
        self.address = "127.0.0.1:\(UInt16(bigEndian: address.sin_port))"
        Thread.detachNewThread { [weak self] in
            while true {
                let connection = accept(descriptor, nil, nil)
                guard connection >= 0, let self else { return }
                self.answer(connection)
                close(connection)
            }
        }
    }

    deinit {
        shutdown(descriptor, Int32(SHUT_RDWR))
        close(descriptor)
    }

    /// Answers with another registry from now on, as a server does that has been restarted.
    func restart(_ other: MetricRegistry) { registry.withLock { $0 = other } }

    /// The Accept header fields of all requests.
    var acceptHeaders: [String] { accepts.withLock { $0 } }

    private func answer(_ connection: Int32) {
        var request = ""
        var bytes = [UInt8](repeating: 0, count: 4096)
        while !request.contains("\r\n\r\n") {
            let count = read(connection, &bytes, bytes.count)
            guard count > 0 else { return }
            request += String(decoding: bytes.prefix(count), as: UTF8.self)
        }
        var fields: [String: String] = [:]
        for line in request.split(separator: "\r\n").dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2 { fields[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces) }
        }
        accepts.withLock { $0.append(fields["accept"] ?? "") }
        let scrape = ScrapeRequest(accept: fields["accept"], acceptEncoding: fields["accept-encoding"])
        let exposition = registry.withLock { $0 }.exposition(for: scrape)
        var head = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: \(exposition.body.count)\r\n"
        for (name, value) in exposition.headers { head += "\(name): \(value)\r\n" }
        var answer = Array((head + "\r\n").utf8) + exposition.body
        while !answer.isEmpty {
            let count = send(connection, answer, answer.count, Int32(MSG_NOSIGNAL))
            guard count > 0 else { return }
            answer.removeFirst(count)
        }
    }
}
