#if Docker && SQLite
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix

/// An engine with fifty containers in a separate process, so that its work is not measured as the sampler's.
enum FakeEngine {
    static let argument = "--engine"
    static let containers = 50

    private static func id(_ number: Int) -> String { String(format: "%064x", number + 1) }

    /// Serves on a Unix socket until its standard input ends with the parent process.
    static func serve(at socket: String) throws {
        let server = try ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(Handler())
                }
            }
            .bind(unixDomainSocketPath: socket).wait()
        print("ready")
        fflush(nil)
        while readLine() != nil {}
        try server.close().wait()
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart
        private var uri = ""

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head): uri = head.uri
            case .body: break
            case .end:
                let body = FakeEngine.answer(uri)
                let headers: HTTPHeaders = [
                    "Server": "Docker/28.2.2 (linux)", "Api-Version": "1.50", "Content-Type": "application/json",
                    "Content-Length": "\(body.utf8.count)",
                ]
                let head = HTTPResponseHead(version: .http1_1, status: .ok, headers: headers)
                context.write(wrapOutboundOut(.head(head)), promise: nil)
                context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: body)))), promise: nil)
                context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            }
        }
    }

    private static func answer(_ uri: String) -> String {
        if uri.contains("_ping") { return "OK" }
        if uri.contains("/info") { return #"{"NCPU":2,"ContainersRunning":\#(containers)}"# }
        if uri.contains("/containers/json") {
            let list = (0..<containers).map { number in
                #"{"Id":"\#(id(number))","Names":["/service-\#(number)"],"Image":"app","State":"running","Labels":{}}"#
            }
            return "[\(list.joined(separator: ","))]"
        }
        let asked = uri.split(separator: "/").first { $0.count == 64 } ?? ""
        // Each has used a tenth of a core.
        let nanoseconds = DispatchTime.now().uptimeNanoseconds
        let time = Date().formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
        return #"""
            {"read":"\#(time)","preread":"0001-01-01T00:00:00Z","pids_stats":{"current":7,"limit":18446744073709551615},\#
            "blkio_stats":{"io_service_bytes_recursive":[{"major":8,"minor":0,"op":"read","value":\#(nanoseconds / 999)},\#
            {"major":8,"minor":0,"op":"write","value":\#(nanoseconds / 777)}],"io_serviced_recursive":null},"num_procs":0,\#
            "storage_stats":{},"cpu_stats":{"cpu_usage":{"total_usage":\#(nanoseconds / 10),"usage_in_kernelmode":1,\#
            "usage_in_usermode":2},"system_cpu_usage":\#(nanoseconds * 2),"online_cpus":2,"throttling_data":{"periods":0,\#
            "throttled_periods":0,"throttled_time":0}},"precpu_stats":{"cpu_usage":{"total_usage":0},"online_cpus":0},\#
            "memory_stats":{"usage":\#(50_000_000 + nanoseconds % 1_000_000),"stats":{"active_anon":4096,"inactive_file":\#
            1048576},"limit":536870912},"name":"/service","id":"\#(asked)","networks":{"eth0":{"rx_bytes":\#
            \#(nanoseconds / 555),"rx_packets":1,"tx_bytes":\#(nanoseconds / 333),"tx_packets":1}}}
            """#
    }
}
#endif
