import Testing

@testable import Tally

struct HashKeyTests {
    @Test func bytesAndHexadecimalDigitsMakeTheSameKey() throws {
        let bytes: [UInt8] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0xAB, 0xCD, 0xEF, 0xFE, 0x10, 0xFF]
        let key = HashKey(bytes: bytes)
        #expect(try HashKey(validating: bytes) == key)
        #expect(try HashKey(validatingHex: "00010203040506070809abcdeffe10ff") == key)
        #expect(try HashKey(validatingHex: "00010203040506070809ABCDEFfe10FF") == key)
        #expect(try HashKey(validatingHex: "00010203040506070809abcdeffe10fe") != key)
    }

    @Test(arguments: [0, 1, 15, 17, 32])
    func aWrongNumberOfBytesThrows(_ count: Int) {
        let error = #expect(throws: HashKeyError.self) { try HashKey(validating: Array(repeating: 1, count: count)) }
        #expect(error?.description == "a hash key must have 16 bytes, not \(count)")
    }

    @Test func invalidDigitsThrowWithoutBeingShown() {
        let short = #expect(throws: HashKeyError.self) { try HashKey(validatingHex: "c0ffee") }
        #expect(short?.description.contains("hexadecimal digits, not 6:") == true)
        for wrong in ["g", "G", "/", ":", "@", "`", " ", "\n"] {
            let text = "c0ffee" + wrong + String(repeating: "d", count: 25)
            let error = #expect(throws: HashKeyError.self) { try HashKey(validatingHex: text) }
            #expect(error?.description.contains("character 7 of 32 is not a hexadecimal digit") == true)
        }
        // 32 characters, but more bytes.
        #expect(throws: HashKeyError.self) { try HashKey(validatingHex: String(repeating: "é", count: 32)) }
    }

    @Test func aLiteralOfTheWrongLengthTraps() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = HashKey(bytes: [1, 2, 3])
        }
        let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(text.contains("Tally: a hash key must have 16 bytes, not 3"))
    }

    @Test func randomKeysDiffer() {
        #expect(Set((0..<100).map { _ in HashKey.random() }).count == 100)
    }

    @Test func printingDoesNotShowTheKey() {
        let key = HashKey(bytes: Array(repeating: 0xAB, count: 16))
        let other = HashKey(bytes: Array(repeating: 1, count: 16))
        var dumps = ["", ""]
        dump(key, to: &dumps[0])
        dump(other, to: &dumps[1])
        #expect(dumps[0] == dumps[1])
        #expect("\(key)" == "HashKey(secret)")
        #expect(String(reflecting: [key: SipHash(key: key)]) == String(reflecting: [other: SipHash(key: other)]))
    }

    @Test func fingerprintsOfDifferentKeysDiffer() {
        let keys = (0..<100).map { HashKey(bytes: Array(repeating: UInt8($0), count: 16)) }
        #expect(Set(keys.map(\.fingerprint)).count == 100)
        #expect(keys.allSatisfy { $0.fingerprint != $0.low && $0.fingerprint != $0.high })
    }
}
