import Tally
import TallyHealthcheck
import TallyListener
import TallyPage

@main
struct Demo {
    static func main() async {
        do {
            let options = try DemoOptions(CommandLine.arguments.dropFirst())
            if let text = options.printed {
                print(text)
            } else if let port = options.port {
                try await serve(port: port, options)
            } else {
                await show(options)
            }
        } catch let mistake as DemoOptions.Mistake {
            Platform.fail("\(mistake.description)\n\(DemoOptions.usage)", status: 64)
        } catch {
            Platform.fail("\(error)", status: 1)
        }
    }

    /// Runs the simulation for some seconds, then prints the body of a `/metrics` response.
    private static func show(_ options: DemoOptions) async {
        let registry = MetricRegistry()
        let server = SimulatedServer(registry: registry)
        if let rounds = options.rounds {
            await server.run(limit: rounds)
        } else {
            Platform.say("Simulating a chat server and relay for \(options.seconds) s …\n")
            await withTaskGroup { group in
                group.addTask { await server.run(limit: nil) }
                try? await Task.sleep(for: .seconds(options.seconds))
                group.cancelAll()
            }
        }
        print(String(decoding: registry.exposition().body, as: UTF8.self))
        print(server.summary)
        // The body of a `/.well-known/healthcheck.json` response.
        print(String(decoding: await server.healthcheck(in: registry).document().body, as: UTF8.self))
    }

    #if Listener
    /// Serves the metrics and the healthcheck, and runs the simulation until Ctrl-C.
    private static func serve(port: Int, _ options: DemoOptions) async throws {
        let registry = MetricRegistry()
        let server = SimulatedServer(registry: registry)
        let healthcheck = server.healthcheck(in: registry)
        let history = try MachineHistory(file: options.history, in: registry)
        let page = StatusPage(
            registry: registry,
            healthcheck: healthcheck,
            history: PageHistory(),
            plots: history.plots
        )
        let listener = MetricsListener(
            registry: registry,
            port: port,
            routes: [history.route, .page(page)],
            healthcheck: healthcheck
        )
        let interrupts = Platform.interrupts()
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await listener.run { address in
                    Platform.say(
                        "History of this machine at \(address.url(path: "/history")), kept in \(history.place)"
                    )
                    Platform.say("A status page at \(address.url(path: "/status"))")
                    Platform.say("Health at \(address.url(path: "/.well-known/healthcheck.json"))")
                    Platform.say("Metrics at \(address.url(path: "/metrics")) (stop with Ctrl-C)")
                }
                return true
            }
            group.addTask {
                try await history.run()
                return false
            }
            group.addTask {
                for await _ in interrupts { break }
                // Readiness fails from here on, so that no new requests arrive while those in flight finish.
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
        Platform.fail(
            "--port needs the trait Listener: swift run --traits Listener tally-demo --port \(port)",
            status: 64
        )
    }
    #endif
}
