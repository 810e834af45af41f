import NIOCore
import NIOWebSocket
import Synchronization

/// A connected client, as the hub sees it: a queue of frames to send.
final class Client: Sendable {
    /// The frames to send. The stream ends after the close frame.
    let outgoing: AsyncStream<WebSocketFrame>
    private let queue: AsyncStream<WebSocketFrame>.Continuation
    private let channel: any Channel
    private let hasAnswered = Atomic(true)
    private let isRemoved = Atomic(false)

    init(on channel: any Channel, maxQueued: Int = 256) {
        (outgoing, queue) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(maxQueued))
        self.channel = channel
    }

    /// Queues a frame, and returns false the first time that the queue is full. A closed queue ignores frames.
    func send(_ frame: WebSocketFrame) -> Bool {
        guard case .dropped = queue.yield(frame) else { return true }
        return isRemoved.exchange(true, ordering: .relaxed)
    }

    /// Queues a close frame, and nothing after it.
    func close(_ code: WebSocketErrorCode) {
        var data = ByteBuffer()
        data.write(webSocketErrorCode: code)
        queue.yield(WebSocketFrame(fin: true, opcode: .connectionClose, data: data))
        queue.finish()
    }

    /// Ends the queue without a close frame, for a peer that has disconnected.
    func finish() { queue.finish() }

    /// Closes the connection at once, which also ends a write that waits for the peer.
    func disconnect() {
        queue.finish()
        channel.close(promise: nil)
    }

    /// Records that a frame has arrived.
    func noteAnswer() { hasAnswered.store(true, ordering: .relaxed) }

    /// Returns true if a frame has arrived since the last call.
    func takeAnswer() -> Bool { hasAnswered.exchange(false, ordering: .relaxed) }
}
