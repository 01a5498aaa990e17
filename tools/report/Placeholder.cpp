// replaced by the writers
