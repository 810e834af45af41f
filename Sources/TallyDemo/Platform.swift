import Dispatch

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// The C library. No other file of the demo imports it.
enum Platform {
    static func fail(_ message: String, status: Int32) -> Never {
        var line = "tally-demo: \(message)\n"
        _ = line.withUTF8 { write(STDERR_FILENO, $0.baseAddress, $0.count) }
        exit(status)
    }

    /// Prints a line at once, even to a pipe.
    static func say(_ line: String) {
        print(line)
        fflush(nil)
    }

    /// A stream of interrupts: Ctrl-C, or a service manager's stop.
    static func interrupts() -> AsyncStream<Void> {
        AsyncStream { continuation in
            // Safe, because the sources are only ever cancelled.
            nonisolated(unsafe) let sources = [SIGINT, SIGTERM].map { number in
                signal(number, SIG_IGN)
                let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
                source.setEventHandler { continuation.yield() }
                source.resume()
                return source
            }
            continuation.onTermination = { _ in
                for source in sources { source.cancel() }
            }
        }
    }
}
