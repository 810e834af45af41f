import NIOCore
import NIOHTTP1
import Tally

// GUIDE InYourFramework nio
/// Counts and times requests by method, route and status, until the end of the response is written.
///
/// Works before or after SwiftNIO's pipelining handler: requests that wait their turn are in flight.
final class RequestMetricsHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private let http: HTTPServerMetrics
    /// Returns the template of the route that a request matches; empty for none.
    private let route: (HTTPRequestHead) -> String
    /// The requests without a whole response, in order. The status is 0 until the head of the response.
    private var open: [(call: HTTPServerMetrics.Call, route: String, status: Int)] = []

    init(_ http: HTTPServerMetrics, route: @escaping (HTTPRequestHead) -> String) {
        self.http = http
        self.route = route
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .head(let head) = unwrapInboundIn(data) {
            open.append((http.start(method: head.method.rawValue, scheme: .http), route(head), 0))
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        // Any number of 1xx heads may precede the response.
        case .head(let head) where !open.isEmpty && (head.status.code >= 200 || head.status == .switchingProtocols):
            open[0].status = Int(head.status.code)
        case .end where !open.isEmpty:
            let (call, route, status) = open.removeFirst()
            let promise = promise ?? context.eventLoop.makePromise()
            promise.futureResult.whenComplete { result in
                let isWritten = if case .success = result { true } else { false }
                call.finish(route: route, status: status, error: isWritten ? nil : RequestError.connectionClosed)
            }
            return context.write(data, promise: promise)
        default: break
        }
        context.write(data, promise: promise)
    }

    func channelInactive(context: ChannelHandlerContext) {
        for (call, route, status) in open {
            call.finish(route: route, status: status, error: RequestError.connectionClosed)
        }
        open.removeAll()
        context.fireChannelInactive()
    }
}
// END
