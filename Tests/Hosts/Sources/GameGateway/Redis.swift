import NIOCore
import NIOPosix

/// Sets keys of a Redis server. Each command has its own connection, because the gateway sends one a minute.
struct Redis: Sendable {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    let host: String
    let port: Int

    /// The timeout of connecting, and of the answer.
    private static let timeout = TimeAmount.seconds(2)

    func set(_ key: String, _ value: [UInt8], expiresAfter lifetime: Duration) async throws {
        let connection = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connectTimeout(Self.timeout)
            .connect(host: host, port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        let channel = connection.channel
        let deadline = channel.eventLoop.scheduleTask(in: Self.timeout) { channel.close(promise: nil) }
        defer { deadline.cancel() }
        let seconds = Array(String(lifetime.components.seconds).utf8)
        let command = Self.command([Array("SET".utf8), Array(key.utf8), value, Array("EX".utf8), seconds])
        try await connection.executeThenClose { answers, requests in
            try await requests.write(command)
            var answer = ""
            for try await bytes in answers {
                answer += String(buffer: bytes)
                if answer.hasSuffix("\r\n") { break }
            }
            guard answer == "+OK\r\n" else { throw Failure(description: "Redis said \(answer.debugDescription)") }
        }
    }

    /// https://redis.io/docs/latest/develop/reference/protocol-spec/
    private static func command(_ words: [[UInt8]]) -> ByteBuffer {
        var buffer = ByteBuffer(string: "*\(words.count)\r\n")
        for word in words {
            buffer.writeString("$\(word.count)\r\n")
            buffer.writeBytes(word)
            buffer.writeString("\r\n")
        }
        return buffer
    }
}
