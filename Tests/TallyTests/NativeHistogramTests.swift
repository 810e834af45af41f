import Foundation
import TallyTesting
import Testing

@testable import Tally

struct NativeHistogramTests {
    private let registry = MetricRegistry()

    private func histogram(_ native: NativeBuckets = .standard) throws -> Histogram {
        try Histogram(validating: "h", help: "H.", native: native, in: registry)
    }

    private func exposed() throws -> ProtobufMessage {
        try .histogram("h", in: registry.exposition(as: .protobuf).body)
    }

    private func rejected(_ reason: String) throws -> String? {
        try registry.parsed()["tally_rejected_updates_total", ("reason", reason)]
    }

    // MARK: Buckets

    @Test(arguments: 0...8)
    func everyValueIsInTheBucketWhoseBoundsEncloseIt(_ schema: Int) {
        let grid = OctaveGrid(schema: schema, threshold: OctaveGrid.minThreshold)
        var random = Xorshift(seed: 7)
        let powers = (-31...63).map { scalbn(1.0, $0) }
        let near = powers.flatMap { [$0.nextDown, $0, min($0.nextUp, 0x1p63)] }
        let anywhere = (0..<2000).map { _ in
            scalbn(Double(random.next() >> 12) * 0x1p-52 + 1, Int(random.next() % 95) - 32)
        }
        for value in near + anywhere where value > OctaveGrid.minThreshold {
            let position = OctaveGrid.position(of: value, schema: schema, slices: grid.slices.pointer)
            #expect((0..<grid.count).contains(position), "\(value)")
            let key = Double(grid.key(position))
            let width = exp2(-Double(schema))
            #expect(value > exp2((key - 1) * width) * (1 - 1e-15), "\(value)")
            #expect(value <= exp2(key * width) * (1 + 1e-15), "\(value)")
        }
        for (index, power) in powers.enumerated() {
            let position = OctaveGrid.position(of: power, schema: schema, slices: grid.slices.pointer)
            #expect(grid.key(position) == (index - 31) << schema, "upper bounds are inclusive")
        }
    }

    /// The neighbours of each bound, by exact powers of the double.
    @Test func boundsAreExact() {
        for schema in 0...8 {
            for (index, mantissa) in OctaveGrid.bounds(schema: schema).enumerated() {
                let bound = Double(bitPattern: 1023 << 52 | mantissa)
                let exact = exp2(Double(index) / Double(1 << schema))
                #expect(abs(bound - exact) <= 0x1p-51, "\(schema) \(index)")
            }
        }
        #expect(OctaveGrid.bounds(schema: 1) == [0, 0x6A09_E667_F3BC_C])
        #expect(OctaveGrid.bounds(schema: 2)[1] == 0x306F_E0A3_1B71_5)
    }

    @Test func requestsAreMeasuredInNativeBucketsBesideTheClassicOnes() throws {
        let http = HTTPServerMetrics(in: registry, routes: ["/"], native: .standard)
        http.start(method: "GET", scheme: .http).finish(route: "/", status: 200)
        let rpc = RPCServerMetrics(in: registry, methods: ["a/b"], native: .standard)
        rpc.start(method: "a/b").finish(status: .ok)
        let body = registry.exposition(as: .protobuf).body
        for name in ["http_server_request_duration_seconds", "rpc_server_call_duration_seconds"] {
            let message = try ProtobufMessage.histogram(name, in: body)
            #expect(message.whole(1) == 1)
            #expect(message.zigzag(5) == 3)
            #expect(try message.buckets(spans: 12, deltas: 13).map(\.count) == [1])
            #expect(message.all(3).count == 14)
        }
    }

    @Test func observationsAreExposedBySpansOfBuckets() throws {
        let histogram = try histogram()
        let subnormal = Double.leastNonzeroMagnitude
        for value in [0, 0.5, 1, 1.05, 1.05, 8, -2, 1e-12, -1e-300, subnormal] { histogram.observe(value) }
        let message = try exposed()
        #expect(message.whole(1) == 10)
        #expect(abs((message.double(2) ?? 0) - 9.6) < 1e-9)
        #expect(message.zigzag(5) == 3)
        #expect(message.double(6) == 0x1p-32)
        #expect(message.whole(7) == 4)
        let positive = try message.buckets(spans: 12, deltas: 13)
        #expect(positive.map(\.key) == [-8, 0, 1, 24] && positive.map(\.count) == [1, 1, 2, 1])
        let negative = try message.buckets(spans: 9, deltas: 10)
        #expect(negative.map(\.key) == [8] && negative.map(\.count) == [1])
        #expect(histogram.count == 10)
    }

    @Test func anEmptyHistogramIsStillNative() throws {
        _ = try histogram()
        let message = try exposed()
        #expect(message.whole(1) == 0 && message.zigzag(5) == 3 && message.double(6) == 0x1p-32)
    }

    @Test func valuesWithoutABucketAreDroppedAndCounted() throws {
        let histogram = try histogram()
        let family = Family<Direction, Histogram>("f", help: "F.", native: .standard, in: registry)
        for value in [Double.nan, .infinity, -.infinity] { histogram.observe(value) }
        for value in [0x1p63.nextUp, -1e300, .greatestFiniteMagnitude] {
            histogram.observe(value)
            histogram.observe(value, exemplar: ["trace_id": "a"])
            family.observe(value, for: .phoneToBinary)
        }
        #expect(try exposed().whole(1) == 0 && histogram.sum == 0)
        #expect(try rejected("not_finite") == "3")
        #expect(try rejected("out_of_range") == "9")
    }

    private enum Direction: String, LabelSet, LabelValue, CaseIterable {
        case phoneToBinary, binaryToPhone
        static let schema: [Label<Self>] = [Label("direction", \.self)]
    }

    @Test func extremeValuesAreInTheOutermostBuckets() throws {
        let histogram = try histogram()
        for value in [0x1p63, -0x1p63, 0x1p-32.nextUp] { histogram.observe(value) }
        histogram.observe(.seconds(Int64.max))
        histogram.observe(.seconds(Int64.min))
        histogram.observe(Duration(attoseconds: .max))
        histogram.observe(.nanoseconds(1))
        let message = try exposed()
        let positive = try message.buckets(spans: 12, deltas: 13)
        #expect(positive.map(\.key) == [-255, -239, 504] && positive.map(\.count) == [1, 1, 2])
        #expect(try message.buckets(spans: 9, deltas: 10).map(\.count) == [2])
        #expect(try rejected("out_of_range") == "1")
    }

    @Test func theZeroThresholdIsInclusive() throws {
        let histogram = try histogram(NativeBuckets(zeroThreshold: 0.001))
        for value in [0.001, -0.001, 0.001.nextUp, -(0.001.nextUp)] { histogram.observe(value) }
        let message = try exposed()
        #expect(message.whole(7) == 2 && message.double(6) == 0.001)
    }

    @Test func countsBeyond64BitsStillAddUp() {
        var counts = NativeCounts()
        counts.addPositive(1, 1 << 63)
        counts.addPositive(2, .max)
        counts.addNegative(1, 5)
        #expect(counts.total == UInt64(Int64.max) && counts.positive.count == 1 && counts.negative.isEmpty)
        counts.halveSchema()
        #expect(counts.positive == [.init(key: 1, count: UInt64(Int64.max))])
    }

    // MARK: Resolution

    @Test func tooManyBucketsHalveTheSchemaForGood() throws {
        let histogram = try histogram(NativeBuckets(maxBuckets: 20))
        for step in 0..<20 { histogram.observe(exp2(Double(step) / 8) * (1 - 1e-12)) }
        #expect(try exposed().zigzag(5) == 3)
        histogram.observe(1000)
        histogram.observe(-1000)
        let halved = try exposed()
        #expect(halved.zigzag(5) == 2)
        let positive = try halved.buckets(spans: 12, deltas: 13)
        // Ten pairs: a bucket's upper bound stays a bound.
        #expect(positive.map(\.key) == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 40])
        #expect(positive.map(\.count) == [1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1])
        #expect(try exposed().zigzag(5) == 2)
        for exponent in -31...63 {
            histogram.observe(scalbn(1.0, exponent))
            histogram.observe(-scalbn(1.0, exponent))
        }
        let coarse = try exposed()
        #expect(coarse.zigzag(5) == -4)
        #expect(coarse.whole(1) == UInt64(22 + 190))
        let all = try coarse.buckets(spans: 12, deltas: 13) + coarse.buckets(spans: 9, deltas: 10)
        #expect(all.count <= 20)
    }

    @Test(arguments: 0...8)
    func memoryIsBounded(_ schema: Int) {
        let table = OctaveTable(OctaveGrid(schema: schema, threshold: OctaveGrid.minThreshold), stripes: 1)
        #expect(table.lineBytes == 0)
        for exponent in -40...62 {
            for step in 0..<256 {
                let value = scalbn(1 + Double(step) / 256, exponent)
                table.add(value)
                table.add(-value)
            }
        }
        // Both sides: each octave, and the line of zeros.
        let octave = 8 << schema
        #expect(table.lineBytes <= 2 * (95 * octave + max(64, octave)))
        #expect(table.total == 2 * 103 * 256)
    }

    @Test(arguments: 0...8, [8, 128])
    func contendedMemoryIsBounded(_ schema: Int, _ stripes: Int) {
        let table = OctaveTable(OctaveGrid(schema: schema, threshold: OctaveGrid.minThreshold), stripes: stripes)
        for step in 1...256 { table.add(1 + Double(step) / 256) }
        #expect(table.lineBytes == max(stripes * 128, 8 << schema))
        #expect(table.total == 256)
    }

    // MARK: Text

    @Test func textShowsTheClassicBucketsIfThereAreAny() throws {
        let bare = MetricRegistry.bare()
        let alone = Histogram("alone", help: "A.", native: .standard, in: bare)
        let both = Histogram("both", help: "B.", buckets: [1, 2], native: .standard, in: bare)
        for value in [0.5, 1.5, 2.5] {
            alone.observe(value)
            both.observe(value)
        }
        #expect(
            bare.text == """
                # HELP alone A.
                # TYPE alone histogram
                alone_bucket{le="+Inf"} 3
                alone_sum 4.5
                alone_count 3
                # HELP both B.
                # TYPE both histogram
                both_bucket{le="1.0"} 1
                both_bucket{le="2.0"} 2
                both_bucket{le="+Inf"} 3
                both_sum 4.5
                both_count 3

                """
        )
        let message = try ProtobufMessage.histogram("both", in: bare.exposition(as: .protobuf).body)
        #expect(try message.messages(3).map { $0.whole(1) } == [1, 2])
        #expect(try message.messages(3).map { $0.double(2) } == [1, 2])
        #expect(message.whole(1) == 3)
        #expect(both.count == 3 && alone.count == 3)
    }

    @Test func aContendedHistogramCountsTheSame() throws {
        let histogram = Histogram("h", help: "H.", buckets: [2], native: .standard, contended: true, in: registry)
        for value in [0.0, 1, 2, 3, -4] { histogram.observe(value) }
        let message = try exposed()
        #expect(message.whole(1) == 5 && message.whole(7) == 1)
        #expect(histogram.count == 5 && histogram.sum == 2)
    }

    // MARK: Registration

    @Test func histogramsWithOtherNativeBucketsAreOtherDefinitions() throws {
        _ = try histogram()
        _ = try histogram()
        #expect(throws: RegistrationError.self) { try histogram(NativeBuckets(schema: 4)) }
        #expect(throws: RegistrationError.self) {
            try Histogram(validating: "h", help: "H.", buckets: [], in: registry)
        }
        #expect(throws: RegistrationError.self) {
            try Histogram(validating: "h", help: "H.", native: .standard, contended: true, in: registry)
        }
    }

    // MARK: Lifetime

    private func children(_ timeout: Duration? = nil, clock: ManualClock) throws -> (
        MetricRegistry, DynamicFamily<Histogram>
    ) {
        let registry = MetricRegistry(clock: clock, ownMetrics: false)
        let family = try Histogram.family(
            validating: "h",
            help: "H.",
            labelNames: ["l"],
            native: .standard,
            idleTimeout: timeout,
            in: registry
        )
        return (registry, family)
    }

    private func count(_ label: String, in registry: MetricRegistry) throws -> UInt64? {
        try ProtobufMessage.delimited(registry.exposition(as: .protobuf).body).first?.messages(4)
            .first { try $0.labels["l"] == label }?.message(7)?.whole(1)
    }

    @Test func aRemovedChildKeepsItsCountWhileAHandleLives() throws {
        let (registry, family) = try children(clock: ManualClock())
        let handle = family[["a"]]
        handle.observe(1)
        _ = family.remove(["a"])
        handle.observe(2)
        #expect(try count("a", in: registry) == nil)
        _ = family[["a"]]
        #expect(try count("a", in: registry) == 2)
    }

    @Test func compactionMovesTheCounts() throws {
        let (registry, family) = try children(clock: ManualClock())
        for number in 0..<900 { family[["\(number)"]].observe(Double(number)) }
        for number in 0..<900 where number % 10 != 0 { _ = family.remove(["\(number)"]) }
        for _ in 0..<100 { _ = registry.exposition() }
        for number in stride(from: 0, to: 900, by: 10) {
            family[["\(number)"]].observe(1)
            #expect(family[["\(number)"]].count == 2)
        }
        #expect(try count("890", in: registry) == 2)
    }

    /// The sum of words does not change, but the count of zeros does.
    @Test func observingZeroIsUse() throws {
        let clock = ManualClock()
        let (registry, family) = try children(.seconds(60), clock: clock)
        let handle = family[["a"]]
        for _ in 0..<10 {
            clock.advance(by: .seconds(40))
            handle.observe(0)
            #expect(try count("a", in: registry) != nil)
        }
        clock.advance(by: .seconds(61))
        #expect(try count("a", in: registry) == nil)
        handle.observe(0)
        #expect(try count("a", in: registry) == 11)
    }

    @Test func exemplarsOfNativeBucketsHaveATime() throws {
        let histogram = try histogram()
        histogram.observe(0.25, exemplar: ["trace_id": "abc"])
        let message = try exposed()
        let exemplar = try #require(try message.message(16))
        #expect(try exemplar.labels == ["trace_id": "abc"] && exemplar.double(2) == 0.25)
        #expect(try exemplar.message(3)?.whole(1) ?? 0 > 1_600_000_000)
        // For scrapers that read exemplars only from classic buckets.
        #expect(try message.messages(3).first?.double(2) == .infinity)
    }
}
