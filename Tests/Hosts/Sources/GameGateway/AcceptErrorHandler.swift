import NIOCore

/// Keeps errors of `accept`, such as too many open files, from ending the stream of connections.
final class AcceptErrorHandler: ChannelInboundHandler {
    typealias InboundIn = any Channel

    private let onError: @Sendable () -> Void

    init(onError: @escaping @Sendable () -> Void) {
        self.onError = onError
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        onError()
    }
}
