import Foundation
import Tally
import TallyTestSupport
import TallyTesting
import Testing

@testable import TallySampler

#if Docker
import NIOHTTP1
#endif
#if SQLite
import GRDB
#endif

/// The full text of every error and report that a host of a sampler can meet.
@Suite(.timeLimit(.minutes(5)))
struct ErrorTextTests {
    // MARK: The history and the sampler

    static let histories: [ErrorText] = [
        ErrorText("closed", "closed: the history is closed, because its sampler was stopped: create a new sampler") {
            let history = MemoryHistory(maxSamples: 2)
            await history.close()
            try await history.append(.cpu(1, 1))
        },
        ErrorText("tooLarge", "tooLarge: a tick of 3 samples exceeds maxSamples (2): raise it") {
            try await MemoryHistory(maxSamples: 2).append(.example(1))
        },
    ]

    @Test(arguments: histories)
    func historyErrorsSayWhatIsWrongAndWhatToDo(_ row: ErrorText) async {
        let error = await #expect(throws: HistoryError.self) { try await row.provoke() }
        #expect(error?.code.description == row.code)
        #expect(error?.description == row.text)
    }

    @Test func aStoppedSamplerSaysThatANewOneIsNeeded() async {
        let sampler = SamplerBench().sampler(SamplerBench.host)
        await sampler.stop()
        let error = #expect(throws: SamplerError.self) { try sampler.start() }
        #expect(error?.description == "the sampler was stopped and its store is closed: create a new sampler")
    }

    // MARK: Sources

    private static func outcome(_ outcome: SingleCall<Int>.Outcome) throws {
        var errors: [SourceError] = []
        _ = try outcome.value(of: "/proc", &errors)
        for error in errors { throw error }
    }

    private static func controlGroups(_ mounts: String, limit: Int = 1) async throws {
        let tree = try FileTree(["cg/a/cpu.stat": "usage_usec 1\n", "cg/b/cpu.stat": "usage_usec 1\n"])
        try tree.write("mounts", mounts.replacing("ROOT", with: tree.path))
        let path = "\(tree.path)/mounts"
        let source = ControlGroupSource(mounts: path, limit: limit, patience: .seconds(600)) { _ in true }
        do {
            for error in try await source.read(tick(0)).errors { throw error }
        } catch let error as SourceError {
            throw SourceError(error.reason, error.message.replacing(tree.path, with: "ROOT"))
        }
    }

    /// A round of a source with nine targets, eight of which have been asked.
    private static func askedState() -> SourceState {
        var state = SourceState()
        _ = state.begin()
        let targets = (1...9).map { number in SampleTarget(id: "\(number)") { nil } }
        _ = state.answered(.success(SourceReading(targets: targets)))
        return state
    }

    /// The round that the events end.
    private static func round(_ actions: [SourceState.Action]) -> SourceRound? {
        actions.lazy.compactMap { if case .close(let round) = $0 { round } else { nil } }.first
    }

    static let sources: [ErrorText] = [
        ErrorText("failed", "failed: cannot read /proc/stat: \(String(cString: strerror(EIO)))") {
            throw KernelFile.Failure(path: "/proc/stat", number: EIO).sourceError
        },
        ErrorText("failed", "failed: no pool") {
            struct NoPool: Error, CustomStringConvertible {
                let description = "no pool"
            }
            let source = SampleSource("pool") { _ in throw NoPool() }
            let reader = SourceReader([source], ElapsedClock(ContinuousClock())) {}
            _ = await reader.read(tick(0))
            if let error = reader.takeClosed().closed.first?.round.error { throw error }
        },
        ErrorText(
            "failed",
            "failed: the system has no thread available to read /proc; raise its limit on threads"
        ) { try outcome(.noThread) },
        ErrorText("forbidden", "forbidden: cannot read /proc/stat: \(String(cString: strerror(EACCES)))") {
            throw KernelFile.Failure(path: "/proc/stat", number: EACCES).sourceError
        },
        ErrorText(
            "implausible",
            "implausible: this process reports more CPU time than there was; its cpu_percent is omitted"
        ) { throw CPUShare.error(of: "this process") },
        ErrorText(
            "limit",
            "limit: 2 control groups, but only 1 are read: raise the limit of .cgroups(limit:)"
        ) { try await controlGroups("cgroup2 ROOT/cg cgroup2 rw 0 0\n") },
        ErrorText("malformed", "malformed: the file system reports an impossible size, which is omitted") {
            let tree = try FileTree()
            let source = HostSource(proc: tree.path, patience: .seconds(600)) { .success(nil) }
            for error in try await source.read(tick(0)).errors where error.reason != .unavailable { throw error }
        },
        ErrorText("malformed", "malformed: PROC/stat has an unexpected format; its values are omitted") {
            let tree = try FileTree(["stat": "?"])
            let errors = HostFiles.read(under: tree.path, sys: "\(tree.path)/sys").errors
            let error = try #require(errors.first { $0.reason == .malformed })
            throw SourceError(error.reason, error.message.replacing(tree.path, with: "PROC"))
        },
        ErrorText(
            "stuck",
            "stuck: reading /proc has hung for five seconds or more; check the file system behind it"
        ) { try outcome(.stuck) },
        ErrorText("timeout", "timeout: no answer before the reading ended after 30.0 seconds") {
            var state = askedState()
            if let error = round(state.expire())?.targetErrors["1"] { throw error }
        },
        ErrorText("timeout", "timeout: no answer before the reading ended after 30.0 seconds") {
            var state = askedState()
            if let error = round(state.expire())?.targetErrors["9"] { throw error }
        },
        ErrorText("timeout", "timeout: no answer within 10.0 seconds") {
            var state = askedState()
            _ = state.timedOut(target: "1")
            if let error = round(state.expire())?.targetErrors["1"] { throw error }
        },
        ErrorText("timeout", "timeout: no answer within 30.0 seconds") {
            var state = SourceState()
            _ = state.begin()
            if let error = round(state.expire())?.error { throw error }
        },
        ErrorText("timeout", "timeout: reading /proc timed out; the next tick tries again") { try outcome(.late) },
        ErrorText("timeout", "timeout: the call of an earlier tick has not returned; it is not repeated") {
            var state = SourceState()
            _ = state.begin()
            _ = state.expire()
            if let error = round(state.begin())?.error { throw error }
        },
        ErrorText("unavailable", "unavailable: ROOT/mounts lists no control groups: mount /sys/fs/cgroup") {
            try await controlGroups("proc /proc proc rw 0 0\n")
        },
        ErrorText("unavailable", "unavailable: cannot read /none: \(String(cString: strerror(ENOENT)))") {
            if case .failure(let error) = DiskSpace.ofFileSystem(holding: "/none") { throw error.sourceError }
        },
    ]

    @Test(arguments: sources)
    func sourceErrorsSayWhatIsWrongAndWhatToDo(_ row: ErrorText) async {
        let error = await #expect(throws: SourceError.self) { try await row.provoke() }
        #expect(error?.reason.description == row.code)
        #expect(error?.description == row.text)
    }

    @Test func controlGroupsThatHangAreNamed() async throws {
        let tree = try FileTree(["cg/a/cpu.stat": ""])
        try tree.write("mounts", "cgroup2 \(tree.path)/cg cgroup2 rw 0 0\n")
        let (clock, gate) = (ManualClock(), DispatchSemaphore(value: 0))
        let source = ControlGroupSource(mounts: "\(tree.path)/mounts", limit: 1, clock: clock) { _ in
            gate.wait()
            return false
        }
        defer { gate.signal() }
        let first = Task { try await source.read(tick(0)) }
        try await clock.waitForSleepers(1)
        clock.advance(by: .seconds(5))
        let late = await #expect(throws: SourceError.self) { try await first.value }
        #expect(late?.description == "timeout: reading control groups timed out; the next tick tries again")
        let stuck = await #expect(throws: SourceError.self) { try await source.read(tick(5)) }
        let text = "stuck: reading control groups has hung for five seconds or more; check the file system behind it"
        #expect(stuck?.description == text)
    }

    // MARK: Reports

    private static let failures: [(HistoryStatus.Failure, String)] = [
        (.busy, "busy: another process has locked the file; close it"),
        (.cannotShrink, "cannot_shrink: the file cannot return space to the disk; begin a new file"),
        (.closed, "closed: the sampler was stopped; create a new sampler"),
        (.corrupt, "corrupt: the file is damaged and is renamed to <name>.corrupt-<time>; suspect the disk"),
        (.foreign, "foreign: the file belongs to another program or a later Tally; use another path or update"),
        (.full, "full: the disk is full; free space or shorten the retention"),
        (.heldByReader, "held_by_reader: another process has read the file for too long; close it"),
        (.inputOutput, "io: the file cannot be read or written; check the disk and the mount"),
        (.noFolder, "no_folder: the folder of the file does not exist; create it"),
        (.noLog, "no_log: the file system allows no log; move the file to a local disk"),
        (.readOnly, "read_only: the file may not be written; correct its permissions or the mount"),
        (.shared, "shared: another process writes to the file; give each sampler a file of its own"),
        (.sizeLimit, "size_limit: the file has reached its maximum size; raise maxBytes or shorten the retention"),
    ]

    @Test func historyReportsNameTheFailureAndTheRemedy() {
        for (failure, text) in Self.failures { #expect(failure.report == text) }
    }

    @Test func reportsAreLinesForALog() {
        let lines = Locked<[String]>([])
        let reports = Reports { report in lines.withLock { $0.append("\(report)") } }
        for subject in [Reports.Subject.source("docker"), .parts("host"), .targets("docker"), .settings, .history] {
            reports.set(subject, "no answer; look for it")
            reports.set(subject, nil)
        }
        reports.passed(.history, HistoryStatus.Failure.busy.report)
        reports.clockStepped(by: 3_599.9)
        #expect(
            lines.withLock(\.self) == [
                "Tally sampler: source down (docker): no answer; look for it",
                "Tally sampler: source up (docker)",
                "Tally sampler: source parts failing (host): no answer; look for it",
                "Tally sampler: source parts recovered (host)",
                "Tally sampler: targets failing (docker): no answer; look for it",
                "Tally sampler: targets recovered (docker)",
                "Tally sampler: settings failing: no answer; look for it",
                "Tally sampler: settings recovered",
                "Tally sampler: history failing: no answer; look for it",
                "Tally sampler: history recovered",
                "Tally sampler: history failing: busy: another process has locked the file; close it "
                    + "(already recovered)",
                "Tally sampler: clock stepped: the wall clock was set by 3600.0 seconds; check time synchronisation",
            ]
        )
    }

    @Test func lateSettingsAreReportedWithTheirLimit() async {
        let bench = SamplerBench()
        let hold = Hold()
        let sampler = bench.sampler(SamplerBench.host)
        let core = sampler.core
        let settings = SettingsReader(
            {
                await hold.wait(heedsCancellation: false)
                return SamplingSettings()
            },
            core.clock
        )
        func problem(_ answer: SettingsReader.Answer) -> String {
            guard case .failed(let problem) = answer else { return "an answer" }
            return problem
        }
        async let first = settings.read(core)
        await bench.reach(5)
        let late = "the closure did not answer within 5.0 seconds; look for what it waits for"
        #expect(problem(await first) == late)
        let again = "the closure has not returned from an earlier call; look for what it waits for"
        #expect(problem(await settings.read(core)) == again)
        hold.open()
        // Releasing the sampler stops it, which ends the wait for the settings.
        withExtendedLifetime(sampler) {}
    }

    @Test func failedTargetsAreReportedWithTheirNumberAndTheFirstError() async throws {
        let bench = SamplerBench()
        let targets = ["a", "b", "c"].map { id in
            SampleTarget(id: id) {
                guard id == "a" else { throw SourceError(.refused, "no \(id)") }
                return nil
            }
        }
        let sampler = bench.sampler(SampleSource("docker") { _ in SourceReading(targets: targets) })
        try sampler.start()
        await bench.reach(3)
        await bench.store.ticked(1)
        let lines = bench.reports.withLock { $0.map(\.description) }
        let text = "Tally sampler: targets failing (docker): 2 of 3 failed, the first is b: refused: no b"
        #expect(lines == [text])
        await sampler.stop()
    }

    // MARK: Engines and files

    #if Docker
    /// - Parameter again: True to read the containers, and then the list again.
    private static func engine(
        _ answer: FakeEngine.Answer,
        again: Bool = false,
        owner: SampleSubject = .container("a")
    ) async throws -> SourceReading {
        let engine = try await FakeEngine { uri in uri == "/_ping" ? .ok("OK") : answer }
        let limits = EngineSource.Limits(ping: .seconds(600), list: .seconds(600))
        let source = EngineSource(
            sockets: .given(engine.socket),
            limits: limits,
            hostMemory: { nil },
            owner: { _ in owner }
        )
        do {
            var reading = try await source.read(tick(0))
            if again {
                for target in reading.targets { _ = try? await target.read() }
                reading = try await source.read(tick(15))
            }
            await source.shutdown()
            return reading
        } catch {
            await source.shutdown()
            throw error
        }
    }

    static let engines: [ErrorText] = [
        ErrorText("forbidden", "forbidden: no permission to use /a: join the socket's group") {
            _ = try EngineSockets(paths: ["/a"]).present(exists: { _ in true }, isOpen: { _ in false })
        },
        ErrorText(
            "limit",
            "limit: more than 1000 containers have an owner; use .cgroups(limit:) for all"
        ) { for error in try await engine(.ok(listText(1...1_001)), again: true).errors { throw error } },
        ErrorText("failed", "failed: the owner of a container has the kind host: use a kind of your own") {
            _ = try await engine(.ok(listText(1...1)), owner: .host).targets.first?.read()
        },
        ErrorText("malformed", "malformed: the engine's answer exceeds 8 MiB and is omitted") {
            let body = Array(repeating: UInt8(ascii: " "), count: EngineClient.maxBodyBytes + 1)
            for error in try await engine(.reply(.ok, body)).errors { throw error }
        },
        ErrorText(
            "malformed",
            "malformed: the engine's answer is not the expected JSON; check that it is Docker or Podman"
        ) { for error in try await engine(.ok("nonsense")).errors { throw error } },
        ErrorText("refused", "refused: the engine answered 500 to /v1.41/containers/json: boom") {
            let answer = FakeEngine.Answer.reply(.internalServerError, Array("boom".utf8))
            for error in try await engine(answer).errors { throw error }
        },
        ErrorText("timeout", "timeout: the engine did not answer /_ping at /s within 0.001 seconds") {
            let clock = ElapsedClock(ContinuousClock())
            try await valueOrLeave(within: .milliseconds(1), clock: clock, of: "/_ping at /s") {
                try await Task.sleep(for: .seconds(600))
            }
        },
        ErrorText(
            "unavailable",
            #"unavailable: "" is not a socket's path: a path must have 1 to "#
                + "\(System.maxSocketPathBytes) bytes, without NUL"
        ) { _ = try EngineSockets.given("").present() },
        ErrorText("unavailable", "unavailable: DOCKER_HOST must begin with unix:// or tcp://, not ssh://") {
            _ = try EngineSockets.usual { $0 == "DOCKER_HOST" ? "ssh://10.0.0.1" : nil }.present()
        },
        ErrorText(
            "unavailable",
            "unavailable: DOCKER_HOST must name this machine: tcp://localhost, tcp://127.0.0.1 or tcp://[::1]"
        ) { _ = try EngineSockets.usual { $0 == "DOCKER_HOST" ? "tcp://10.0.0.1:2375" : nil }.present() },
        ErrorText("unavailable", "unavailable: DOCKER_HOST has no valid port") {
            _ = try EngineSockets.usual { $0 == "DOCKER_HOST" ? "tcp://localhost:70000" : nil }.present()
        },
        ErrorText(
            "unavailable",
            "unavailable: DOCKER_TLS_VERIFY asks for TLS, which is not supported: use the engine's Unix socket"
        ) { _ = try EngineSockets.usual { $0 == "DOCKER_HOST" ? "tcp://localhost" : "1" }.present() },
        ErrorText(
            "unavailable",
            "unavailable: no socket of a container engine at /a, /b: start it, or set DOCKER_HOST"
        ) { _ = try EngineSockets(paths: ["/a", "/b"]).present(exists: { _ in false }, isOpen: { _ in false }) },
    ]

    @Test(arguments: engines)
    func engineErrorsSayWhatIsWrongAndWhatToDo(_ row: ErrorText) async {
        let error = await #expect(throws: SourceError.self) { try await row.provoke() }
        #expect(error?.reason.description == row.code)
        #expect(error?.description == row.text)
    }

    /// These texts end in those of the HTTP client and of the system.
    @Test func anUnreachableEngineIsReportedWithTheClientsError() async throws {
        let patient = EngineSource.Limits(ping: .seconds(600), list: .seconds(600))
        let tree = try FileTree(["left.sock": ""])
        let left = EngineSource(sockets: .given("\(tree.path)/left.sock"), limits: patient) { .container($0.name) }
        let refused = await #expect(throws: SourceError.self) { try await left.read(tick(0)) }
        let text = "unavailable: cannot reach the engine at \(tree.path)/left.sock: "
        #expect(refused?.description.hasPrefix(text) == true)
        await left.shutdown()
        let engine = try await FakeEngine { _ in .close }
        let closing = EngineSource(sockets: .given(engine.socket), limits: patient) { .container($0.name) }
        let closed = await #expect(throws: SourceError.self) { try await closing.read(tick(0)) }
        let problem = "no answer from the engine at \(engine.socket): HTTPClientError.remoteConnectionClosed"
        #expect(closed?.description == "failed: \(problem)")
        await closing.shutdown()
    }
    #endif

    #if SQLite
    private static func file(_ sql: String) throws {
        try naming(HistoryBench()) { bench in
            try DatabaseQueue(path: bench.path).write { try $0.execute(sql: sql) }
            _ = try bench.open()
        }
    }

    /// Replaces the path in an error's text.
    private static func naming(_ bench: HistoryBench, _ body: (HistoryBench) throws -> Void) throws {
        do {
            try body(bench)
        } catch let error as HistoryError {
            throw HistoryError(error.code, error.message.replacing(bench.folder.url.path, with: "DIR"))
        }
    }

    static let files: [ErrorText] = [
        ErrorText("closed", "closed: the history is closed, because its sampler was stopped: create a new sampler") {
            let history = try HistoryBench().open()
            await history.close()
            try await history.append(.cpu(1, 1))
        },
        ErrorText("closed", "closed: the history is closed, because its sampler was stopped: create a new sampler") {
            let history = try HistoryBench().open()
            await history.close()
            _ = try await history.history(.cpu())
        },
        ErrorText("foreignFile", "foreignFile: DIR/history.sqlite is another program's database: use another path") {
            try file("CREATE TABLE notes(text TEXT)")
        },
        ErrorText(
            "foreignFile",
            "foreignFile: DIR/history.sqlite is not a database: use another path, or remove the file"
        ) {
            try naming(HistoryBench()) { bench in
                try Data("text".utf8).write(to: URL(filePath: bench.path))
                _ = try bench.open()
            }
        },
        ErrorText("invalidPath", "invalidPath: DIR is a folder: add the name of a file") {
            try naming(HistoryBench()) { _ = try SQLiteHistory(path: $0.folder.url.path) }
        },
        ErrorText("invalidPath", "invalidPath: there is no folder DIR/none: create it first") {
            try naming(HistoryBench()) { _ = try SQLiteHistory(path: $0.folder.url.path + "/none/history.sqlite") }
        },
        ErrorText("unreadable", "unreadable: there is no file DIR/history.sqlite: start its sampler first") {
            try naming(HistoryBench()) { _ = try HistoryReader(path: $0.path) }
        },
        ErrorText(
            "unreadable",
            "unreadable: DIR/history.sqlite has the older layout 1: open it once with a sampler"
        ) {
            try naming(HistoryBench()) { bench in
                let sql = "PRAGMA application_id = \(HistorySchema.applicationID); PRAGMA user_version = 1"
                try DatabaseQueue(path: bench.path).write { try $0.execute(sql: sql) }
                _ = try HistoryReader(path: bench.path)
            }
        },
        ErrorText(
            "invalidPath",
            #"invalidPath: ":memory:" is not the path of a file: "#
                + "it must not be empty, contain NUL, or begin with : or file:"
        ) { _ = try SQLiteHistory(path: ":memory:") },
        ErrorText(
            "newerVersion",
            "newerVersion: DIR/history.sqlite has layout 3, this Tally knows 2: update Tally or use another path"
        ) { try file("PRAGMA application_id = \(HistorySchema.applicationID); PRAGMA user_version = 3") },
        ErrorText("tooLarge", "tooLarge: a tick of 50001 samples exceeds 50000: sample fewer subjects") {
            let history = try HistoryBench().open()
            try await history.append(.example(1, containers: 50_000))
        },
    ]

    @Test(arguments: files)
    func fileErrorsSayWhatIsWrongAndWhatToDo(_ row: ErrorText) async {
        let error = await #expect(throws: HistoryError.self) { try await row.provoke() }
        #expect(error?.code.description == row.code)
        #expect(error?.description == row.text)
    }
    #endif

    // MARK: Completeness

    /// An error whose file a test cannot make unreadable: `HistoryError(.unreadable, …)`.
    @Test func everyPlaceThatMakesAnErrorHasARow() throws {
        let expected = [
            "SourceError(": 26, "HistoryError(": 11, "SamplerError()": 1, ".failed(\"": 2, "fault: \"": 7,
            "reports.": 8,
        ]
        let places = try ErrorText.places(of: expected.keys, in: "TallySampler")
        #expect(places == expected, "add a row with the text of the new error, then correct the number")
    }
}
