#if Listener
import NIOCore

/// A socket on which a run accepts connections.
struct ListeningSocket: Sendable {
    let address: ListenerAddress
    let channel: any Channel
    /// The file of a Unix domain socket.
    let file: UnixSocket?

    /// Removes the file, and then closes the socket. In the other order, the file could already be another program's.
    func close() {
        file?.remove()
        channel.close(promise: nil)
    }
}
#endif
