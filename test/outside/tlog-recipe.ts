import type { Recipe } from './recipe.ts'

/** Where several versions are installed side by side, pyenv has to be told which one. */
const PYTHON = 'PYENV_VERSION=$(pyenv latest 3.13 2>/dev/null) exec python3.13'

/** aics-tlog and aics-witness. */
export const TLOG_PYTHON: Recipe = {
  name: 'tlog-python',
  toolchain: [['sh', '-c', `${PYTHON} --version`]],
  install: [
    ['sh', '-c', `${PYTHON} -m venv venv`],
    ['venv/bin/python', '-m', 'pip', 'install', '--quiet', '--requirement', 'requirements.txt'],
  ],
}
