import Foundation
import Tally
import TallyTestSupport
import Testing

/// A Python that has Apache DataSketches.
private enum DataSketchesLibrary {
    static let python = Program.find("python3", variable: "TALLY_PYTHON")

    static var isInstalled: Bool {
        guard let python else { return false }
        return (try? Program.run(python, ["-c", "import datasketches"]))?.status == 0
    }
}

/// Apache DataSketches, in Python, merges the sketches of a fleet.
@Suite(
    .enabled(if: DataSketchesLibrary.isInstalled || Program.isRequired, "needs Python with datasketches"),
    .timeLimit(.minutes(20))
)
struct DataSketchesEngineTests {
    /// A result of DataSketches, with its bytes in hexadecimal in every form that it writes.
    private struct Made: Decodable {
        var estimate: Double
        /// By type and form, such as `HLL_4 compact`.
        var bytes: [String: String]
    }

    private static let prelude = """
        import json, sys
        from datasketches import hll_sketch, hll_union, tgt_hll_type
        types = [tgt_hll_type.HLL_4, tgt_hll_type.HLL_6, tgt_hll_type.HLL_8]
        def forms(of):
            for type in types:
                sketch = of(type)
                yield f"{type.name} compact", sketch.serialize_compact()
                yield f"{type.name} updatable", sketch.serialize_updatable()
        def made(of):
            return {"estimate": of(types[0]).get_estimate(), "bytes": {name: form.hex() for name, form in forms(of)}}

        """

    private func run<Answer: Decodable>(_ script: String, _ sketches: [DistinctSketch] = []) throws -> [Answer] {
        let python = try #require(DataSketchesLibrary.python)
        let input = sketches.map { sketch in
            sketch.bytes(for: .dataSketches).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() + "\n"
        }
        let outcome = try Program.run(python, ["-c", Self.prelude + script], input: Data(input.joined().utf8))
        try #require(outcome.status == 0, "\(outcome.errorText)")
        return try JSONDecoder().decode([Answer].self, from: outcome.output)
    }

    private func read(_ hexadecimal: String) throws -> DistinctSketch {
        let digits = Array(hexadecimal)
        let bytes = try stride(from: 0, to: digits.count, by: 2).map {
            try #require(UInt8(String(digits[$0...$0 + 1]), radix: 16))
        }
        return try DistinctSketch(bytes: bytes, from: .dataSketches)
    }

    @Test(arguments: Fleet.all)
    func theUnionOfFourInstancesEstimatesTheDistinctUsers(_ fleet: Fleet) throws {
        let script = """
            sketches = [hll_sketch.deserialize(bytes.fromhex(line)) for line in sys.stdin]
            def united(sketches):
                union = hll_union(14)
                for sketch in sketches: union.update(sketch)
                return lambda type: union.get_result(type)
            each = [made(united([sketch])) for sketch in sketches]
            json.dump([made(united(sketches)), made(united(sketches + sketches)), *each], sys.stdout)
            """
        let answers: [Made] = try run(script, fleet.sketches)
        try #require(answers.count == 6)
        let (union, each) = (answers[0], answers[2...])
        #expect(fleet.isCloseToUsers(union.estimate), "\(union.estimate) for \(fleet.users)")
        let sum = each.reduce(0) { $0 + $1.estimate }
        #expect(fleet.isCloseToVisits(sum), "\(sum) for \(fleet.visits)")
        print("DataSketches, \(fleet.testDescription): \(fleet.users) users, union \(union.estimate), sum \(sum)")
        #expect(answers[1].estimate == union.estimate, "merging twice changes nothing")

        for (made, expected) in zip(answers, [try fleet.union(), try fleet.union()] + fleet.sketches) {
            #expect(made.bytes.count == 6)
            for (form, bytes) in made.bytes {
                let read = try read(bytes)
                #expect(read == expected, "\(form)")
                #expect(read.estimate == expected.estimate, "\(form)")
            }
        }
    }

    /// Sketches that DataSketches built itself: lists, sets, registers with and without exceptions.
    @Test func everyFormThatDataSketchesWritesIsRead() throws {
        let script = """
            def built(count):
                def of(type):
                    sketch = hll_sketch(14, type)
                    for number in range(count): sketch.update(number)
                    return sketch
                return of
            json.dump([made(built(count)) for count in [0, 1, 7, 8, 200, 1500, 2000, 100000, 1000000]], sys.stdout)
            """
        let answers: [Made] = try run(script)
        #expect(answers.count == 9)
        for answer in answers {
            let sketches = try answer.bytes.map { try read($0.value) }
            #expect(sketches.count == 6)
            #expect(Set(sketches).count == 1, "all forms hold the same registers")
            let estimate = Double(sketches[0].estimate)
            #expect(abs(estimate - answer.estimate) <= 0.025 * answer.estimate + 1, "\(estimate) \(answer.estimate)")
        }
    }

    @Test func sketchesOfOtherSizesAreRejected() throws {
        let script = "json.dump([made(lambda type: hll_sketch(lg, type)) for lg in [12, 13, 15]], sys.stdout)"
        let answers: [Made] = try run(script)
        for bytes in answers.flatMap(\.bytes.values) {
            let error = #expect(throws: DistinctSketchError.self) { try read(bytes) }
            #expect(error?.code == .mismatchedParameters)
        }
    }
}
