import Dispatch
import Tally
import TallyHealthcheck
import TallyListener

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

@main
struct Demo {
    static func main() async {
        do {
            let options = try DemoOptions(CommandLine.arguments.dropFirst())
            if let port = options.port {
                try await serve(port: port, options)
            } else {
                await show(options)
            }
        } catch let mistake as DemoOptions.Mistake {
            fail("\(mistake.description)\n\(DemoOptions.usage)", status: 64)
        } catch {
            fail("\(error)", status: 1)
        }
    }

    /// Works for some seconds, then prints what a `/metrics` route would answer.
    private static func show(_ options: DemoOptions) async {
        let registry = MetricRegistry()
        let server = SimulatedServer(registry: registry)
        if let rounds = options.rounds {
            await server.run(limit: rounds)
        } else {
            say("Working a simulated chat server and relay for \(options.seconds) s …\n")
            await withTaskGroup { group in
                group.addTask { await server.run(limit: nil) }
                try? await Task.sleep(for: .seconds(options.seconds))
                group.cancelAll()
            }
        }
        print(String(decoding: registry.exposition().body, as: UTF8.self))
        print(server.summary)
        // What a `/.well-known/healthcheck.json` route would answer.
        print(String(decoding: await server.healthcheck(in: registry).document().body, as: UTF8.self))
    }

    #if Listener
    /// Serves the metrics and the healthcheck, and works until Ctrl-C.
    private static func serve(port: Int, _ options: DemoOptions) async throws {
        let registry = MetricRegistry()
        let server = SimulatedServer(registry: registry)
        let healthcheck = server.healthcheck(in: registry)
        let history = try MachineHistory(file: options.history, in: registry)
        let listener = MetricsListener(
            registry: registry,
            port: port,
            routes: [history.route],
            healthcheck: healthcheck
        )
        // Ctrl-C, and a service manager's stop.
        let (signals, continuation) = AsyncStream.makeStream(of: Int32.self)
        let sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { continuation.yield(number) }
            source.resume()
            return source
        }
        defer {
            for source in sources { source.cancel() }
        }
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await listener.run { address in
                    say("History of this machine at \(address.url(path: "/history")), kept in \(history.place)")
                    say("Health at \(address.url(path: "/.well-known/healthcheck.json"))")
                    say("Metrics at \(address.url(path: "/metrics")) (Ctrl-C ends it)")
                }
                return true
            }
            group.addTask {
                try await history.run()
                return false
            }
            group.addTask {
                for await _ in signals { break }
                // No new requests while those in flight are finished.
                healthcheck.beginDraining()
                return true
            }
            group.addTask {
                await server.run(limit: options.rounds)
                return false
            }
            while let isOver = try await group.next(), !isOver {}
            group.cancelAll()
            try await group.waitForAll()
        }
        print(server.summary)
        print(String(decoding: await healthcheck.document().body, as: UTF8.self))
    }
    #else
    private static func serve(port: Int, _ options: DemoOptions) async throws {
        fail(
            "--port needs the trait Listener: swift run --traits Listener tally-demo --port \(port)",
            status: 64
        )
    }
    #endif

    private static func fail(_ message: String, status: Int32) -> Never {
        var line = "tally-demo: \(message)\n"
        _ = line.withUTF8 { write(STDERR_FILENO, $0.baseAddress, $0.count) }
        exit(status)
    }

    /// Prints a line that somebody may be waiting for, also where the output is a pipe.
    private static func say(_ line: String) {
        print(line)
        fflush(nil)
    }
}
