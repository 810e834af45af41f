#if Docker
import Foundation
import Synchronization
import TallyTestSupport

/// A real container engine for one test, with all its data in a temporary folder, and one image, a busybox.
final class ContainerEngine: Sendable {
    enum Kind: String, Sendable, CustomStringConvertible {
        case docker
        case podman

        var description: String { rawValue }
        var daemon: String { self == .docker ? "dockerd" : "podman" }

        /// True if this process is the superuser, and the programs of the engine and of its image are installed.
        var isInstalled: Bool {
            getuid() == 0 && [daemon, rawValue, "busybox", "tar"].allSatisfy { Program.find($0) != nil }
        }
    }

    let kind: Kind
    let socket: String
    private let folder: TemporaryFolder
    private let daemon = Mutex<Daemon?>(nil)
    private var path: String { folder.url.path }

    init(_ kind: Kind) async throws {
        self.kind = kind
        folder = try TemporaryFolder()
        socket = folder.url.appending(path: "engine.sock").path
        do {
            try await start()
            let image = try await makeImage()
            _ = try await command("import", image, "tally/busybox")
        } catch {
            try? await stop()
            throw error
        }
    }

    /// Runs a body with an engine, and ends the engine whether or not the body throws an error.
    static func run(_ kind: Kind, _ body: (ContainerEngine) async throws -> Void) async throws {
        let engine = try await ContainerEngine(kind)
        let outcome: Result<Void, any Error>
        do {
            try await body(engine)
            outcome = .success(())
        } catch {
            outcome = .failure(error)
        }
        do {
            try await engine.stop()
        } catch {
            // The first error says more.
            try outcome.get()
            throw error
        }
        try outcome.get()
    }

    /// Starts the daemon, or starts it again.
    func start() async throws {
        let new = try Daemon(try Program.require(kind.daemon), daemonArguments, log: "\(path)/log-\(UUID().uuidString)")
        daemon.withLock { $0 = new }
        // Podman does not log that it listens.
        let socket = socket
        try await wait("for the daemon") { [kind] in
            kind == .docker ? new.log.contains("API listen on") : FileManager.default.fileExists(atPath: socket)
        }
    }

    /// Kills the daemon. Its containers keep running.
    func kill() async throws {
        let old = daemon.withLock { $0 }
        try await onThread { old?.stop(SIGKILL) }
        // The files it leaves must not pass for those of the next daemon. Docker's containerd dies with it, but its
        // process ID persists where nothing reaps orphans, and the next daemon would wait for it to answer.
        let left = kind == .docker ? "\(path)/exec/containerd/containerd.pid" : socket
        try FileManager.default.removeItem(atPath: left)
    }

    /// Removes all containers and ends the daemon.
    func stop() async throws {
        let removal: Result<Void, any Error>
        do {
            let ids = try await command("ps", "--all", "--quiet").split(separator: "\n").map(String.init)
            if !ids.isEmpty { _ = try await command(["rm", "--force"] + (kind == .podman ? ["-t", "0"] : []) + ids) }
            removal = .success(())
        } catch {
            removal = .failure(error)
        }
        let last = daemon.withLock { $0 }
        try await onThread { last?.stop(SIGTERM) }
        // A killed daemon leaves its data mounted on itself.
        if kind == .docker { _ = umount2("\(path)/data", Int32(MNT_DETACH)) }
        try removal.get()
    }

    // MARK: Containers

    /// Starts a container that runs a shell command, and returns its ID.
    func run(_ name: String, _ options: [String] = [], _ script: String = "exec sleep 1000000") async throws -> String {
        // Podman's default limits may exceed those of this machine.
        let limits = kind == .podman ? ["--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1000:1000"] : []
        let image = kind == .podman ? "localhost/tally/busybox" : "tally/busybox"
        let flags = ["run", "--detach", "--network", "none", "--name", name] + limits + options
        return try await command(flags + [image, "/bin/sh", "-c", script]).trimmingCharacters(
            in: .whitespacesAndNewlines
        )
    }

    /// The engine's name for a container's state.
    func state(of name: String) async throws -> String {
        try await command("inspect", "--format", "{{.State.Status}}", name).trimmingCharacters(
            in: .whitespacesAndNewlines
        )
    }

    /// CPU in percent, and memory in bytes, from the engine's own command.
    func stats(of name: String) async throws -> (cpu: Double, memory: Double) {
        let line = try await command("stats", "--no-stream", "--format", "{{.CPUPerc}} {{.MemUsage}}", name)
        let words = line.split { $0.isWhitespace }
        guard let cpu = words.first.flatMap({ Double($0.dropLast()) }), words.count > 1,
            let memory = Self.bytes(String(words[1]))
        else { throw Program.Failed(description: "stats: \(line)") }
        return (cpu, memory)
    }

    /// Polls until the condition holds. Throws an error after four minutes.
    func wait(_ purpose: String, until isDone: @Sendable () async throws -> Bool) async throws {
        let begin = ContinuousClock.now
        while try await !isDone() {
            guard begin.duration(to: .now) < .seconds(240) else {
                throw Program.Failed(description: "\(kind): waited too long \(purpose)")
            }
            // Pauses between polls, on a separate thread so that the shared pool stays free.
            try await onThread { _ = usleep(20_000) }
        }
    }

    func command(_ arguments: String...) async throws -> String { try await command(arguments) }

    func command(_ arguments: [String]) async throws -> String {
        let program = try Program.require(kind.rawValue)
        let all = clientArguments + arguments
        let outcome = try await onThread { try Program.run(program, all) }
        guard outcome.status == 0 else {
            throw Program.Failed(description: "\(kind) \(arguments): \(outcome.text)\(outcome.errorText)")
        }
        return outcome.text
    }

    // MARK: Arguments and image

    /// Podman is reached by its socket too, because its command alone would leave the container's monitor as a child.
    private var clientArguments: [String] {
        [kind == .docker ? "--host" : "--url", "unix://\(socket)"]
    }

    private var daemonArguments: [String] {
        switch kind {
        case .docker:
            [
                "--host", "unix://\(socket)", "--bridge=none", "--iptables=false", "--ip6tables=false",
                "--storage-driver=vfs", "--data-root", "\(path)/data", "--exec-root", "\(path)/exec", "--pidfile",
                "\(path)/pid", "--live-restore", "--config-file", configuration,
            ]
        case .podman:
            // A run root's path has at most 50 characters.
            [
                "--root", "\(path)/root", "--runroot", "\(path)/r", "--tmpdir", "\(path)/tmp", "--cgroup-manager",
                "cgroupfs",
                "--storage-driver", "vfs", "--events-backend", "file", "system", "service", "--time", "0",
                "unix://\(socket)",
            ]
        }
    }

    /// An empty configuration, which overrides the machine's.
    private var configuration: String {
        let file = "\(path)/daemon.json"
        _ = FileManager.default.createFile(atPath: file, contents: Data("{}".utf8))
        return file
    }

    private func makeImage() async throws -> String {
        let root = folder.url.appending(path: "image/bin")
        try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
        try FileManager.default.copyItem(
            at: try Program.require("busybox").resolvingSymlinksInPath(),
            to: root.appending(path: "busybox")
        )
        for name in ["sh", "sleep"] {
            try FileManager.default.createSymbolicLink(
                atPath: root.appending(path: name).path,
                withDestinationPath: "busybox"
            )
        }
        let file = "\(path)/image.tar"
        let arguments = ["-cf", file, "-C", "\(path)/image", "."]
        let tar = try Program.require("tar")
        _ = try await onThread { try Program.run(tar, arguments) }
        return file
    }

    /// Parses a size such as `524KiB` or `446.5kB`.
    private static func bytes(_ text: String) -> Double? {
        let digits = text.prefix { $0.isNumber || $0 == "." }
        let units = ["B": 1.0, "kB": 1e3, "MB": 1e6, "GB": 1e9, "KiB": 1024, "MiB": 1_048_576, "GiB": 1_073_741_824]
        guard let number = Double(digits), let unit = units[String(text.dropFirst(digits.count))] else { return nil }
        return number * unit
    }
}

/// A program whose children survive its death. `Process` would wait for them too, because they inherit its files.
private final class Daemon: Sendable {
    private let id: pid_t
    private let file: String

    var log: String { (try? String(contentsOfFile: file, encoding: .utf8)) ?? "" }

    init(_ program: URL, _ arguments: [String], log file: String) throws {
        self.file = file
        var files = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&files)
        defer { posix_spawn_file_actions_destroy(&files) }
        posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&files, 1, file, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_adddup2(&files, 1, 2)
        // Inherited sockets of concurrent tests would stay open as long as it runs.
        for number in try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").compactMap({ Int32($0) })
        where number > 2 {
            posix_spawn_file_actions_addclose(&files, number)
        }
        // The threads of tests block signals, and a program inherits that mask.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        let words = ([program.path] + arguments).map { strdup($0) }
        defer { for word in words { free(word) } }
        var id = pid_t()
        let status = posix_spawn(&id, program.path, &files, &attributes, words + [nil], environ)
        guard status == 0 else { throw Program.Failed(description: "\(program.path): error number \(status)") }
        self.id = id
    }

    /// Sends the signal, and blocks until the program has ended. Call it once.
    func stop(_ signal: Int32) {
        kill(id, signal)
        var status: Int32 = 0
        while waitpid(id, &status, 0) < 0, errno == EINTR {}
    }
}
#endif
