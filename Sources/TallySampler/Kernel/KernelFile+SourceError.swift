internal import Tally

extension KernelFile.Failure {
    var sourceError: SourceError {
        let reason: SourceError.Reason = isForbidden ? .forbidden : isGone ? .unavailable : .failed
        return SourceError(reason, "cannot read \(path): \(System.message(of: number))", part: path)
    }
}
