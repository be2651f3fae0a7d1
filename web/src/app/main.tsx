import { createRoot } from 'react-dom/client';
import '../ui/styles/index.css';
import { admitToken } from './admitToken';
import { App } from './App';
import { createServices, ServicesContext } from './services';

const services = createServices(window);
admitToken(services.seats, services.account, window.location, window.history);
// A personal link pasted over the same page changes the fragment only: start over with its token.
window.addEventListener('hashchange', () => {
  if (admitToken(services.seats, services.account, window.location, window.history)) window.location.reload();
});

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no element with the id "root".');
createRoot(root).render(
  <ServicesContext value={services}>
    <App />
  </ServicesContext>,
);
