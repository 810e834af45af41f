import Foundation
import TallyTestSupport
import Testing

@testable import Tally

/// The full text of every error that a caller of the module can meet.
struct ErrorTextTests {
    private enum Phase: String, LabelValue, CaseIterable { case up, down }

    private enum Many: Int, LabelValue, CaseIterable {
        case one
        static var allCases: [Many] { Array(repeating: .one, count: 65) }
    }

    private enum Twins: LabelValue, CaseIterable {
        case one, two
        var labelText: String { "same" }
    }

    // MARK: Registration

    private static func counters(
        _ labelNames: [String],
        limit: Int = 1_000,
        idle: Duration? = nil,
        in registry: MetricRegistry = MetricRegistry()
    ) throws {
        _ = try Counter.family(
            validating: "hits",
            help: "",
            labelNames: labelNames,
            maxChildren: limit,
            idleTimeout: idle,
            in: registry
        )
    }

    private static func histogram(_ buckets: Buckets) throws {
        _ = try Histogram(validating: "h", help: "", buckets: buckets, in: MetricRegistry())
    }

    private static func histogram(_ native: NativeBuckets) throws {
        _ = try Histogram(validating: "h", help: "", native: native, in: MetricRegistry())
    }

    private static func users(
        _ windows: [Window] = [.hours(1)],
        maxUsers: Int = 1,
        closedHours: Int = 0,
        in registry: MetricRegistry = MetricRegistry()
    ) throws {
        _ = try ActiveUsers(
            validating: "users",
            help: "",
            windows: windows,
            maxUsers: maxUsers,
            closedHours: closedHours,
            in: registry
        )
    }

    private static let long = String(repeating: "a", count: 1_025)
    private static let labelRule = "not begin with __, and have at most 1024 bytes"

    static let registration: [ErrorText] = [
        ErrorText(
            "collidingSamples",
            #""h_count" would have samples with names of "h", at least when escaped: rename one"#
        ) {
            let registry = MetricRegistry()
            _ = Histogram("h", help: "", in: registry)
            _ = try Gauge(validating: "h_count", help: "", in: registry)
        },
        ErrorText(
            "conflictingDefinition",
            #""hits_total" is already registered with another definition (help: "Hits.", now "Blows."): "#
                + "use that one, or another name"
        ) {
            let registry = MetricRegistry()
            _ = Counter("hits_total", help: "Hits.", in: registry)
            _ = try Counter(validating: "hits_total", help: "Blows.", in: registry)
        },
        ErrorText(
            "conflictingDefinition",
            #""hits_total" is already registered with another definition (type: counter, now counter with whole and "#
                + #"fractional amounts; limit: 1000, now 5; label names: fixed, now varying, of another source): use "#
                + "that one, or another name"
        ) {
            let registry = MetricRegistry()
            _ = Counter("hits_total", help: "", in: registry)
            _ = try ShapedFamily<CombinedCounter>("hits", help: "", maxChildren: 5, in: registry).shape([])
        },
        ErrorText(
            "conflictingDefinition",
            #""hits_total" has been unregistered or replaced: use another name"#
        ) {
            let registry = MetricRegistry()
            let hits = ShapedFamily<CombinedCounter>("hits", help: "", maxChildren: 5, in: registry)
            _ = try hits.shape([])
            registry.unregister("hits_total")
            _ = try hits.shape(["a"])
        },
        ErrorText(
            "duplicateLabelName",
            #""hits_total" has the label "a" and another that is equal, at least when escaped: rename one of them"#
        ) { try counters(["a", "a"]) },
        ErrorText(
            "duplicateLabelName",
            #""users" has the label "window", which is also a constant label: rename that one"#
        ) { try users(in: MetricRegistry(constantLabels: ["window": "a"])) },
        ErrorText(
            "invalidBuckets",
            #""h" has more than 512 bucket bounds: remove some"#
        ) { try histogram(.linear(start: 0, width: 1, count: 513)) },
        ErrorText(
            "invalidBuckets",
            #""h" has the bucket bound 1.0 after 2.0: bounds must be in ascending order"#
        ) { try histogram([2, 1]) },
        ErrorText(
            "invalidBuckets",
            #""h" has the bucket bound nan, which is not finite: remove it"#
        ) { try histogram([.nan]) },
        ErrorText(
            "invalidBuckets",
            #""h" has the schema 9: native buckets have a schema of 0...8"#
        ) { try histogram(NativeBuckets(schema: 9)) },
        ErrorText(
            "invalidBuckets",
            #""h" has at most 15 native buckets: maxBuckets must be at least 16"#
        ) { try histogram(NativeBuckets(maxBuckets: 15)) },
        ErrorText(
            "invalidBuckets",
            #""h" has the zero threshold nan: it must be from 2^-32 to 2^62"#
        ) { try histogram(NativeBuckets(zeroThreshold: .nan)) },
        ErrorText(
            "invalidCapacity",
            #""users" has -1 closed hours: closedHours must be in 0...8784"#
        ) { try users(closedHours: -1) },
        ErrorText(
            "invalidCapacity",
            #""users" has the user capacity 0: maxUsers must be in 1...2^40"#
        ) { try users(maxUsers: 0) },
        ErrorText(
            "invalidIdleTimeout",
            #""hits_total" has the idle timeout 0.0 seconds: it must be positive, or nil for none"#
        ) { try counters(["a"], idle: .zero) },
        ErrorText(
            "invalidLabelName",
            #""a:b" has a colon, but a state set has a label of its own name: rename it"#
        ) { _ = try StateSet<Phase>(validating: "a:b", help: "", in: MetricRegistry()) },
        ErrorText(
            "invalidLabelName",
            #""hits_total" has the label "": label names must be non-empty, \#(labelRule)"#
        ) { try counters([""], in: MetricRegistry(nameValidation: .utf8)) },
        ErrorText(
            "invalidLabelName",
            #""hits_total" has the label "a-b": label names must match [a-zA-Z_][a-zA-Z0-9_]*, \#(labelRule)"#
        ) { try counters(["a-b"]) },
        ErrorText(
            "invalidLabelName",
            #"the registry has the label "__a": label names must match [a-zA-Z_][a-zA-Z0-9_]*, \#(labelRule)"#
        ) { _ = try MetricRegistry(validatingPrefix: "", constantLabels: [("__a", "b")]) },
        ErrorText(
            "invalidLimit",
            #""hits_total" has the limit 0: maxChildren must be in 1...2000000000"#
        ) { try counters(["a"], limit: 0) },
        ErrorText(
            "invalidMetricName",
            #""" is not a valid metric name: names must not be empty"#
        ) { _ = try Gauge(validating: "", help: "", in: MetricRegistry(nameValidation: .utf8)) },
        ErrorText(
            "invalidMetricName",
            #""9" is not a valid prefix: names must match [a-zA-Z_:][a-zA-Z0-9_:]*"#
        ) { _ = try MetricRegistry(validatingPrefix: "9") },
        ErrorText(
            "invalidMetricName",
            #""_total" consists only of the suffix _total: put a name before it"#
        ) { _ = try Counter(validating: "_total", help: "", in: MetricRegistry()) },
        ErrorText(
            "invalidMetricName",
            #""a b\n" is not a valid metric name: names must match [a-zA-Z_:][a-zA-Z0-9_:]*"#
        ) { _ = try Gauge(validating: "a b\n", help: "", in: MetricRegistry()) },
        ErrorText(
            "invalidMetricName",
            #""\#(long)" has 1025 bytes as exposed: at most 1024 are allowed"#
        ) { _ = try Gauge(validating: long, help: "", in: MetricRegistry()) },
        ErrorText(
            "invalidReserved",
            #""hits_total" has 2 labels, but a reserved label set of 1 values: pass one for each"#
        ) {
            _ = try Counter.family(
                validating: "hits",
                help: "",
                labelNames: ["a", "b"],
                reserved: [["1", "2"], ["1"]],
                in: MetricRegistry()
            )
        },
        ErrorText(
            "invalidStates",
            #""many" has 65 states: a state set must have 1...64"#
        ) { _ = try StateSet<Many>(validating: "many", help: "", in: MetricRegistry()) },
        ErrorText(
            "invalidStates",
            #""twins" has two states with the same text in ["same", "same"]: rename one"#
        ) { _ = try StateSet<Twins>(validating: "twins", help: "", in: MetricRegistry()) },
        ErrorText("invalidWindows", #""users" has 17 windows: at most 16 are allowed"#) {
            try users((1...17).map { .hours($0) })
        },
        ErrorText("invalidWindows", #""users" has no windows: pass 1 to 16"#) { try users([]) },
        ErrorText(
            "invalidWindows",
            #""users" has the window -5m: its length must be positive"#
        ) { try users([.minutes(-5)]) },
        ErrorText(
            "invalidWindows",
            #""users" has the window 1h after the longer 24h: sort them in ascending order"#
        ) { try users([.hours(24), .hours(1)]) },
        ErrorText(
            "invalidWindows",
            #""users" has the window 3661d: its length must be at most 3660d"#
        ) { try users([.days(3_661)]) },
        ErrorText(
            "invalidWindows",
            #""users" has the windows 24h and 1d, which have the same length: remove one"#
        ) { try users([.hours(24), .days(1)]) },
        ErrorText(
            "invalidWindows",
            #""users" has windows whose common tick of 1000 ms is too short for 300000007s: choose rounder windows"#
        ) { try users([.seconds(61), .seconds(300_000_007)]) },
        ErrorText(
            "reservedLabelName",
            #""h" has the label "le", which is reserved: rename it"#
        ) { _ = try Histogram.family(validating: "h", help: "", labelNames: ["le"], in: MetricRegistry()) },
        ErrorText(
            "reservedLabelName",
            #""hits_total" has the label "..name..", "__name__" when escaped: rename it"#
        ) { try counters(["..name.."], in: MetricRegistry(nameValidation: .utf8)) },
        ErrorText(
            "reservedLabelName",
            #"the registry has the label "le", which is reserved: rename it"#
        ) { _ = try MetricRegistry(validatingPrefix: "", constantLabels: [("le", "a")]) },
        ErrorText(
            "tooManyLabels",
            #""hits_total" has 65 labels, constant ones included: at most 64 are allowed"#
        ) { try counters((1...65).map { "l\($0)" }) },
    ]

    @Test(arguments: registration)
    func registrationErrorsSayWhatIsWrongAndWhatToDo(_ row: ErrorText) async {
        let error = await #expect(throws: RegistrationError.self) { try await row.provoke() }
        #expect(error?.code.description == row.code)
        #expect(error?.description == row.text)
    }

    // MARK: Keys and sketches

    static let keys: [ErrorText] = [
        ErrorText("bytes", "a hash key must have 16 bytes, not 15") {
            _ = try HashKey(validating: Array(repeating: 1, count: 15))
        },
        ErrorText(
            "digits",
            "a hash key must have 32 hexadecimal digits, not 6: create one with openssl rand -hex 16"
        ) { _ = try HashKey(validatingHex: "c0ffee") },
        ErrorText(
            "digits",
            "the hash key's character 7 of 32 is not a hexadecimal digit: use only 0-9 and a-f"
        ) { _ = try HashKey(validatingHex: "c0ffeeg" + String(repeating: "d", count: 25)) },
    ]

    @Test(arguments: keys)
    func keyErrorsSayWhatIsWrongWithoutTheKey(_ row: ErrorText) async {
        let error = await #expect(throws: HashKeyError.self) { try await row.provoke() }
        #expect(error?.description == row.text)
    }

    private static let redis = DistinctSketch().bytes(for: .redis)
    private static let postgresql = DistinctSketch().bytes(for: .postgresql)
    private static let dataSketches = DistinctSketch().bytes(for: .dataSketches)
    private static let sparse = Array("HYLL".utf8) + [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]

    /// A sketch of DataSketches in four bits, with this lowest register and one exception in its last register.
    private static func four(
        lowest: UInt8 = 0,
        exceptions: UInt8 = 1,
        last: UInt8 = 0xF0,
        _ table: [UInt8]
    ) -> [UInt8] {
        [10, 1, 7, 14, 0, 8, lowest, 2] + Array(repeating: 0, count: 28) + [exceptions, 0, 0, 0]
            + Array(repeating: 0x21, count: 8_191) + [last] + table
    }

    private static func changed(_ bytes: [UInt8], _ offset: Int, _ byte: UInt8) -> [UInt8] {
        var bytes = bytes
        bytes[offset] = byte
        return bytes
    }

    private static func sketch(
        _ code: String,
        _ text: String,
        _ bytes: [UInt8],
        _ format: DistinctSketchFormat
    ) -> ErrorText {
        ErrorText(code, "\(format) bytes \(text)") { _ = try DistinctSketch(bytes: bytes, from: format) }
    }

    private static let wrongFormat = "pass the format that they were written in"
    private static let damaged = "they are damaged, so discard them"

    static let sketches: [ErrorText] = [
        sketch(
            "foreign",
            "are of version 1 and family 3, not 1 and 7: \(wrongFormat)",
            changed(dataSketches, 2, 3),
            .dataSketches
        ),
        sketch(
            "foreign",
            "begin with version 2 and type 4, not version 1 and a type up to 4: \(wrongFormat)",
            changed(postgresql, 0, 0x24),
            .postgresql
        ),
        sketch("foreign", "do not begin with HYLL: \(wrongFormat)", dataSketches, .redis),
        sketch(
            "foreign",
            "have a preamble of 3 words, not 10: \(wrongFormat)",
            changed(dataSketches, 0, 3),
            .dataSketches
        ),
        sketch(
            "invalidRegister",
            "announce more than 16384 registers: \(damaged)",
            [3, 1, 7, 14, 5, 8, 0, 1, 0xFF, 0xFF, 0, 0],
            .dataSketches
        ),
        sketch("invalidRegister", "contain more than 16384 registers: \(damaged)", sparse + [0x7F, 0xFF, 0], .redis),
        sketch(
            "invalidRegister",
            "have the lowest register 52, above the maximum 51: \(damaged)",
            four(lowest: 52, [0xFF, 0x3F, 0, 0x50]),
            .dataSketches
        ),
        sketch(
            "invalidRegister",
            "hold 1 registers, but announce 2: \(damaged)",
            [2, 1, 7, 14, 3, 0, 2, 8, 7, 0, 0, 12] + Array(repeating: 0, count: 28),
            .dataSketches
        ),
        sketch(
            "invalidRegister",
            "hold 52 in register 0, above the maximum 51: \(damaged)",
            changed(dataSketches, 40, 52),
            .dataSketches
        ),
        sketch(
            "invalidRegister",
            "hold 63 in a register, which is not a rank: \(damaged)",
            [2, 1, 7, 14, 3, 8, 1, 8, 7, 0, 0, 0xFC],
            .dataSketches
        ),
        sketch(
            "invalidRegister",
            "list register 0 out of order, twice or without a value: \(damaged)",
            [0x13, 0x8E, 0x7F, 0, 0, 0],
            .postgresql
        ),
        sketch(
            "invalidRegister",
            "list register 16383 as an exception, which it is not: \(damaged)",
            four(last: 0x21, [0xFF, 0x3F, 0, 0x50]),
            .dataSketches
        ),
        sketch(
            "invalidRegister",
            "mark an exception without listing its value: \(damaged)",
            four(exceptions: 0, []),
            .dataSketches
        ),
        ErrorText(
            "mismatchedKey",
            "sketches hashed under different keys cannot be merged: give all instances the same HashKey"
        ) {
            var sketch = DistinctSketch(hashedUnder: HashKey(bytes: Array(0..<16)))
            try sketch.merge(DistinctSketch(hashedUnder: HashKey(bytes: Array(1...16))))
        },
        sketch(
            "mismatchedParameters",
            "have 2^11 registers, not 2^14: use a column hll(14,5)",
            changed(postgresql, 1, 0x8B),
            .postgresql
        ),
        sketch(
            "mismatchedParameters",
            "have 2^12 registers, not 2^14: use lg_k 14",
            changed(dataSketches, 3, 12),
            .dataSketches
        ),
        sketch(
            "mismatchedParameters",
            "have registers of 6 bits, not 5: use a column hll(14,5)",
            changed(postgresql, 1, 0xAE),
            .postgresql
        ),
        sketch("trailingBytes", "continue after 12304, up to 12305: pass the value alone", redis + [0], .redis),
        sketch("truncated", "end after 0, but there must be at least 4: pass the whole value", [], .redis),
        sketch("truncated", "end after 1 of 16384 registers: pass the whole value", sparse + [0], .redis),
        sketch("truncated", "end after 100 of 12304: pass the whole value", Array(redis.prefix(100)), .redis),
        sketch("truncated", "end within a register: pass the whole value", [0x13, 0x8E, 0x7F, 0], .postgresql),
        sketch("truncated", "end within a run of registers: pass the whole value", sparse + [0x40], .redis),
        sketch(
            "unsupportedEncoding",
            "are in the encoding 2: Tally reads only 0 and 1",
            changed(redis, 4, 2),
            .redis
        ),
        sketch(
            "unsupportedEncoding",
            "are in the mode 14: Tally reads only HLL_4, HLL_6 and HLL_8",
            changed(dataSketches, 7, 14),
            .dataSketches
        ),
        sketch(
            "unsupportedEncoding",
            "are of the type EXPLICIT: have Tally write the sketch instead",
            [0x12, 0x8E, 0x7F],
            .postgresql
        ),
        sketch(
            "unsupportedEncoding",
            "are of the type UNDEFINED, which has no users: skip them",
            [0x10, 0x8E, 0x7F],
            .postgresql
        ),
        sketch(
            "unsupportedEncoding",
            "use bytes that Redis 7 reserves: GET them from Redis 7 or earlier",
            changed(redis, 5, 1),
            .redis
        ),
    ]

    @Test(arguments: sketches)
    func sketchErrorsSayWhatIsWrongAndWhatToDo(_ row: ErrorText) async {
        let error = await #expect(throws: DistinctSketchError.self) { try await row.provoke() }
        #expect(error?.code.description == row.code)
        #expect(error?.description == row.text)
    }

    // MARK: Files

    /// The texts for a broken disk are those of a made-up error, because a test cannot break one.
    @Test func textfileErrorsNameTheOperationAndTheReason() throws {
        let folder = try TemporaryFolder()
        let path = { (name: String) in folder.url.appending(path: name).path }
        func text(_ path: String) -> String {
            #expect(throws: TextfileError.self) { try MetricRegistry().write(toTextfile: path) }?.description ?? ""
        }
        func message(_ number: Int32) -> String { String(cString: strerror(number)) }
        let missing = text(path("none/jobs.prom"))
        #expect(missing.hasPrefix("creating \(path("none/jobs.prom"))."))
        #expect(missing.hasSuffix(".tmp: \(message(ENOENT))"))
        #expect(symlink("loop", path("loop")) == 0 && mkfifo(path("pipe"), 0o600) == 0)
        #expect(text(path("loop")) == "following the link \(path("loop")): \(message(ELOOP))")
        #expect(text(path("pipe")) == "writing \(path("pipe")), which must be a regular file: \(message(EINVAL))")
        #expect(text(path("")) == "writing \(path("")), which must be a regular file: \(message(EISDIR))")
        #expect(text("a\0b") == #"writing "a\0b", a path that must not contain a NUL: \#(message(EINVAL))"#)
        let full = TextfileError(errno: ENOSPC, operation: "writing jobs.prom to the disk")
        #expect(full.description == "writing jobs.prom to the disk: \(message(ENOSPC))")
    }

    // MARK: Completeness

    @Test func everyPlaceThatMakesAnErrorHasARow() throws {
        let expected = [
            "RegistrationError(.": 25, ".failure(.conflict(": 3,
            "throw invalid(": 7, "HashKeyError(": 3, "DistinctSketchError(": 2,
            "throw error(": 5, "throw input.error(": 21, "TextfileError(": 11, "fatalError(\"": 4,
        ]
        let places = try ErrorText.places(of: expected.keys, in: "Tally")
        #expect(places == expected, "add a row with the text of the new error, then correct the number")
    }
}
