#if TLS
import NIOCore
import NIOPosix
import NIOSSL

/// The TLS context for new connections. Looks for changed files at regular intervals. Confined to the run's loop.
final class TLSContexts {
    private var context: NIOSSLContext
    private var changes: FileChanges
    private let files: TLSFiles
    private let interval: TimeAmount
    private let loop: any EventLoop
    private let threads: NIOThreadPool
    private let metrics: ListenerMetrics?
    private let reporter: Reporter
    private var timer: Scheduled<Void>?
    private var isStopped = false

    init(
        _ contents: TLSFiles.Contents,
        of files: TLSFiles,
        _ interval: Duration,
        _ loop: any EventLoop,
        _ threads: NIOThreadPool,
        _ metrics: ListenerMetrics?,
        _ reporter: Reporter
    ) {
        context = contents.context
        changes = FileChanges(contents.look)
        self.files = files
        self.interval = TimeAmount(interval)
        self.loop = loop
        self.threads = threads
        self.metrics = metrics
        self.reporter = reporter
        metrics?.certificateExpires(at: contents.expiry)
    }

    var encryption: Encryption {
        Encryption(
            begin: { [self] connection in
                try connection.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context))
            },
            clientCertificate: { [files] connection in
                guard files.asksForCertificates else { return nil }
                let handler = try? connection.pipeline.syncOperations.handler(type: NIOSSLServerHandler.self)
                return try? handler?.peerCertificate?.toDERBytes()
            },
            stop: { [self] in
                isStopped = true
                timer?.cancel()
            }
        )
    }

    func start() {
        timer = loop.assumeIsolated().scheduleTask(in: interval) { [self] in lookForChanges() }
    }

    private func lookForChanges() {
        threads.runIfActive(eventLoop: loop) { [files] in files.look() }
            .assumeIsolated().whenComplete { [self] result in
                guard !isStopped, case .success(let look) = result else { return }
                changes.areDue(look) ? reload() : start()
            }
    }

    private func reload() {
        threads.runIfActive(eventLoop: loop) { [files] in try files.load() }
            .assumeIsolated().whenComplete { [self] result in
                guard !isStopped else { return }
                switch result {
                case .success(let contents):
                    changes.wereLoaded(true)
                    context = contents.context
                    metrics?.reloaded(.used)
                    metrics?.certificateExpires(at: contents.expiry)
                case .failure(let error):
                    changes.wereLoaded(false)
                    metrics?.reloaded(.rejected)
                    reporter.report(.certificateRejected, error)
                }
                start()
            }
    }
}
#endif
