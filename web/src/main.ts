import { mount } from 'svelte'
import './page.css'
import App from './components/App.svelte'
import { Session } from './state/session.svelte'

const session = new Session()
void session.start()

mount(App, {
  target: document.getElementById('page')!,
  props: { session },
})
