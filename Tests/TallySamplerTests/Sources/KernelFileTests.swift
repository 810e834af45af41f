import Foundation
import Tally
import Testing

@testable import TallySampler

struct KernelFileTests {
    /// A path may lead to an endless file that is not the kernel's.
    @Test func atMostOneMegabyteIsRead() throws {
        let text = String(repeating: "0123456789abcdef", count: 100_000)
        let tree = try FileTree(["large": text, "small": "12\n", "empty": ""])
        let bytes = try KernelFile.read("\(tree.path)/large")
        #expect(bytes.count == 1 << 20)
        let isPrefix = text.utf8.starts(with: bytes)
        #expect(isPrefix)
        #expect(try KernelFile.read("\(tree.path)/small") == [49, 50, 10])
        #expect(try KernelFile.read("\(tree.path)/empty") == [])
        #expect(try KernelFile.readIfThere("\(tree.path)/none") == nil)
        #expect(try KernelFile.readIfThere("\(tree.path)/small/none") == nil)
    }

    /// A group's files fail with `ENODEV` while the group is removed, a process's with `ESRCH`.
    @Test(arguments: [ENOENT, ENOTDIR, ENODEV, ESRCH])
    func errorsOfRemovedFilesAreNotFaults(_ number: Int32) {
        let failure = KernelFile.Failure(path: "x", number: number)
        #expect(failure.isGone)
        #expect(failure.isAbsent)
        #expect(failure.sourceError.reason == .unavailable)
    }

    @Test(arguments: [EACCES, EPERM, EIO, EMFILE])
    func otherErrorsAreFaults(_ number: Int32) {
        let failure = KernelFile.Failure(path: "x", number: number)
        #expect(!failure.isGone)
        #expect(!failure.isAbsent)
        #expect(failure.sourceError.reason == ([EACCES, EPERM].contains(number) ? .forbidden : .failed))
    }

    /// The kernel was built without the feature.
    @Test func anUnsupportedFileIsAbsentButNotGone() {
        let failure = KernelFile.Failure(path: "x", number: EOPNOTSUPP)
        #expect(!failure.isGone)
        #expect(failure.isAbsent)
    }
}
