import Foundation
import Tally

/// The cost of compressing a scrape, next to zlib's in the same run.
enum Gzip {
    static func rows() throws -> [Row] {
        let registry = Scrapes.registry(0..<Scrapes.million)
        var text: [UInt8] = []
        registry.write(as: .prometheusText) { text += $0 }
        let plain = measureOnce(repetitions: 5) { Scrapes.stream(registry) }.inMilliseconds
        var compressed = 0
        let whole = measureOnce(repetitions: 5) { compressed = stream(registry) }.inMilliseconds
        let gzip = Sample([whole.best - plain.best, whole.median - plain.median, whole.median - plain.median])
        let zlib = try Zlib()
        var (default6, fastest) = (0, 0)
        let slow = measureOnce(repetitions: 2) { default6 = zlib.compress(text, level: 6) }.inMilliseconds
        let fast = measureOnce(repetitions: 2) { fastest = zlib.compress(text, level: 1) }.inMilliseconds
        let few = Scrapes.registry(0..<1000)
        let small = measure(1000) { count in for _ in 0..<count { stream(few) } }
        return [
            row("gzip of 1 M counters' text", gzip, unit: "ms", atMost: 0.2, times: slow, "zlib, level 6"),
            row("the same beside zlib's fastest level", gzip, unit: "ms", atMost: 1, times: fast, "zlib, level 1"),
            row(
                "size of it",
                megabytes(compressed),
                unit: "MB",
                atMost: 1.15,
                times: megabytes(default6),
                "zlib, level 6"
            ),
            row(
                "the same beside zlib's fastest level",
                megabytes(compressed),
                unit: "MB",
                atMost: 1.15,
                times: megabytes(fastest),
                "zlib, level 1"
            ),
            row("text and gzip of 1,000 series", small.scaled(by: 1e-3), unit: "µs", atMost: 60, "≤ 60 µs"),
        ]
    }

    @discardableResult
    private static func stream(_ registry: MetricRegistry) -> Int {
        var bytes = 0
        registry.write(for: ScrapeRequest(isCompressed: true)) { bytes += $0.count }
        return bytes
    }

    private static func megabytes(_ bytes: Int) -> Sample { Sample([Double(bytes) / 1e6]) }
}

/// The system's zlib, loaded at run time because few machines have its headers.
private struct Zlib {
    private typealias Compress =
        @convention(c) (
            UnsafeMutablePointer<UInt8>, UnsafeMutablePointer<UInt>, UnsafePointer<UInt8>, UInt, Int32
        ) -> Int32

    struct Missing: Error {}

    private let function: Compress

    init() throws {
        guard let library = dlopen("libz.so.1", RTLD_NOW) ?? dlopen("libz.dylib", RTLD_NOW),
            let symbol = dlsym(library, "compress2")
        else { throw Missing() }
        function = unsafeBitCast(symbol, to: Compress.self)
    }

    /// The size of the compressed text.
    func compress(_ text: [UInt8], level: Int32) -> Int {
        var out = [UInt8](repeating: 0, count: text.count + text.count / 100 + 64)
        var length = UInt(out.count)
        let status = function(&out, &length, text, UInt(text.count), level)
        precondition(status == 0, "zlib failed")
        return Int(length)
    }
}
