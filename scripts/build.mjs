import { build, setup } from './setup.mjs'

setup()
build()
