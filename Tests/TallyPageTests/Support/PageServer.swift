import Foundation
import Synchronization
import TallyPage
import TallyTestSupport

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

/// A host without a framework: one connection after the other, each with one request, answered by a page.
final class PageServer: Sendable {
    struct Failed: Error {}

    private let socket: Int32
    private let page: StatusPage
    private let isSilent = Mutex(false)
    private let requests = Mutex<[String]>([])
    private let answering = Mutex(())
    private let executor = QueueExecutor()
    let url: URL

    init(_ page: StatusPage) throws {
        self.page = page
        socket = Foundation.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = socket
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(descriptor, pointer, length) | listen(descriptor, 64) | getsockname(descriptor, pointer, &length)
            }
        }
        let port = UInt16(bigEndian: address.sin_port)
        guard status == 0, let url = URL(string: "http://127.0.0.1:\(port)/status") else { throw Failed() }
        self.url = url
        Thread.detachNewThread { [self] in accept() }
    }

    /// While it is true, the server closes connections without an answer.
    func setSilent(_ value: Bool) { isSilent.withLock { $0 = value } }

    /// The heads of the requests so far.
    var heads: [String] { requests.withLock { $0 } }

    /// Calls `body` while no page is being made.
    func betweenAnswers(_ body: () -> Void) { answering.withLock { _ in body() } }

    func stop() { shutdown(socket, Int32(SHUT_RDWR)) }

    private func accept() {
        while case let connection = Foundation.accept(socket, nil, nil), connection >= 0 {
            Thread.detachNewThread { [self] in answer(connection) }
        }
        close(socket)
    }

    private func answer(_ connection: Int32) {
        defer { close(connection) }
        var head: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 8192)
        while !head.ends(with: Array("\r\n\r\n".utf8)) {
            let count = read(connection, &buffer, buffer.count)
            guard count > 0 else { return }
            head += buffer[..<count]
        }
        guard !isSilent.withLock({ $0 }) else { return }
        let text = String(decoding: head, as: UTF8.self)
        requests.withLock { $0.append(text) }
        let lines = text.components(separatedBy: "\r\n")
        let target = lines[0].split(separator: " ").dropFirst().first ?? "/"
        let parts = target.split(separator: "?", maxSplits: 1).map(String.init)
        func field(_ name: String) -> String? {
            let prefix = name.lowercased() + ":"
            return lines.first { $0.lowercased().hasPrefix(prefix) }
                .map { $0.dropFirst(prefix.count).trimmingCharacters(in: .whitespaces) }
        }
        guard parts.first == "/status" else {
            return send("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", connection)
        }
        let (accept, tag) = (field("Accept"), field("If-None-Match"))
        let answer = answering.withLock { _ in
            waiting { [page] in
                await page.response(accept: accept, query: parts.dropFirst().first, ifNoneMatch: tag)
            }
        }
        var reply = "HTTP/1.1 \(answer.status) \(answer.status == 304 ? "Not Modified" : "OK")\r\nConnection: close\r\n"
        for (name, value) in answer.headers { reply += "\(name): \(value)\r\n" }
        if answer.status != 304 { reply += "Content-Length: \(answer.body.count)\r\n" }
        send(reply + "\r\n", connection)
        send(answer.body, connection)
    }

    private func waiting<Result: Sendable>(_ body: @escaping @Sendable () async -> Result) -> Result {
        let done = DispatchSemaphore(value: 0)
        let result = Mutex<Result?>(nil)
        // Not on the pool, which other tests may keep busy for longer than a browser waits.
        Task(executorPreference: executor) {
            let value = await body()
            result.withLock { $0 = value }
            done.signal()
        }
        done.wait()
        return result.withLock { $0! }
    }

    private func send(_ text: String, _ connection: Int32) { send(Array(text.utf8), connection) }

    private func send(_ bytes: [UInt8], _ connection: Int32) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { bytes in
                Foundation.send(connection, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}

/// Runs tasks on a queue of its own.
private final class QueueExecutor: TaskExecutor {
    private let queue = DispatchQueue(label: "page")

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}

extension [UInt8] {
    fileprivate func ends(with end: [UInt8]) -> Bool { suffix(end.count).elementsEqual(end) }
}
